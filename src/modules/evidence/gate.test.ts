import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';

describe('gate', () => {
  it('lets so many in, so many wait, and turns away the rest', async () => {
    const gate = createGate(1, 1);
    const first = await gate.enter();
    expect(first).toBeTypeOf('function');
    let second: (() => void) | undefined;
    const waiting = gate.enter().then((leave) => {
      second = leave;
    });
    expect(await gate.enter()).toBeUndefined();
    expect(second).toBeUndefined();
    first?.();
    await waiting;
    expect(second).toBeTypeOf('function');
  });

  it('gives a place back once, however often it is told', async () => {
    const gate = createGate(1, 2);
    const first = await gate.enter();
    const order: string[] = [];
    const b = gate.enter().then(() => order.push('b'));
    const c = gate.enter().then(() => order.push('c'));
    first?.();
    first?.();
    await b;
    expect(order).toEqual(['b']);
    void c;
  });

  it('forgets those who stop waiting', async () => {
    const gate = createGate(1, 1);
    const first = await gate.enter();
    const impatient = new AbortController();
    const left = gate.enter(impatient.signal);
    impatient.abort();
    expect(await left).toBeUndefined();
    const next = gate.enter();
    first?.();
    expect(await next).toBeTypeOf('function');
    expect(await gate.enter(AbortSignal.abort())).toBeUndefined();
  });
});
