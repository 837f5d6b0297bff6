import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../platform/clock.ts';
import { ephemeralKeyring } from '../../platform/keys.ts';
import { createAddresses } from './addresses.ts';
import {
  type Answers,
  answersSchema,
  nextStep,
  previousStep,
  reachable,
  STEPS,
  type Step,
  sealedSchema,
} from './answers.ts';
import { faultsOf } from './api-faults.ts';
import { peopleForStep, retryDelay } from './danger-delivery.ts';
import { parseStep } from './form.ts';
import { dangerKinds } from './intake.ts';
import { dangerWaits } from './mailbox.ts';
import { groupReceipt, parseReceipt, receiptOf } from './receipt.ts';
import { WrongTries } from './throttle.ts';

const addresses = createAddresses(false);
const complete: Answers = answersSchema.parse({ reporter: 'child', danger: 'no', category: 'harassment' });

describe('the pages of a report', () => {
  it('lead from the first to the review, and back', () => {
    let at: Step = 'who';
    const seen: Step[] = [at];
    while (at !== 'review') {
      at = nextStep(at, complete);
      seen.push(at);
    }
    expect(seen).toEqual([...STEPS]);
    expect(previousStep('who')).toBeUndefined();
    expect(previousStep('review')).toBe('contact');
  });

  it('send somebody who skipped a needed answer back to it', () => {
    const empty = answersSchema.parse({});
    for (const step of STEPS.slice(1)) expect(reachable(step, empty)).toBe(false);
    expect(nextStep('story', answersSchema.parse({ reporter: 'child' }))).toBe('danger');
    expect(reachable('what', answersSchema.parse({ reporter: 'child', danger: 'unsure' }))).toBe(true);
  });
});

describe('words of danger in an address', () => {
  const kinds = (original: string) =>
    dangerKinds({ narrative: '', links: [{ url: original, key: original, original }], accounts: [] });

  it('are found where somebody wrote them', () => {
    expect(kinds('https://forum.example/t/ghadi-n9tel-rasi')).toEqual(['self-harm']);
  });

  it('are not found in random ids', () => {
    expect(kinds('https://forum.example/thread/0f1e2d3c-9cec-4abc-8bec-001122334455/0')).toEqual([]);
    const ids = fc.uuid().map((id) => kinds(`https://forum.example/thread/${id}`));
    fc.assert(fc.property(ids, (found) => found.length === 0));
  });
});

describe('reading a page of the form', () => {
  it('keeps what was typed beside the error', () => {
    const parsed = parseStep('where', { links: 'pas un lien\nhttps://photos.sample.com/p/1' }, addresses);
    expect(parsed.answers.links).toEqual(['pas un lien', 'https://photos.sample.com/p/1']);
    expect(parsed.errors.map((e) => e.key)).toEqual(['reporting.form.notALink']);
  });

  it('counts characters as people do, and refuses more than 20,000 of them', () => {
    expect(parseStep('story', { narrative: '😀'.repeat(20_000) }, addresses).errors).toEqual([]);
    expect(parseStep('story', { narrative: 'a'.repeat(20_001) }, addresses).errors).toHaveLength(1);
  });

  it('refuses more than 50 links and says so', () => {
    const links = Array.from({ length: 51 }, (_, i) => `https://photos.sample.com/p/${i}`).join('\n');
    expect(parseStep('where', { links }, addresses).errors.map((e) => e.key)).toEqual(['reporting.form.tooManyLinks']);
  });

  it('gives back all that was typed when something is too much, and never a part of it as if it were the whole', () => {
    const links = Array.from({ length: 55 }, (_, i) => `https://photos.sample.com/p/${i}`);
    expect(parseStep('where', { links: links.join('\n') }, addresses).answers.links).toEqual(links);
    const long = `https://photos.sample.com/${'a'.repeat(2100)}`;
    const name = 'n'.repeat(201);
    const where = parseStep('where', { links: long, account: ['fine', name] }, addresses);
    expect(where.errors.map((e) => [e.field, e.key])).toEqual([
      ['links', 'reporting.form.linkTooLong'],
      ['account-1', 'reporting.form.tooLong'],
    ]);
    expect(where.answers.links).toEqual([long]);
    expect(where.sealed.accounts?.[1]?.name).toBe(name);
  });

  it('keeps the story of somebody who went back and on again, until wiping it is asked for', () => {
    expect(parseStep('story', { narrative: '' }, addresses).sealed).toEqual({});
    expect(parseStep('story', { narrative: '', wipe: 'yes' }, addresses).sealed).toEqual({ narrative: '' });
    expect(parseStep('story', { narrative: 'new', wipe: 'yes' }, addresses).sealed).toEqual({ narrative: 'new' });
  });

  it('asks for the number that was forgotten instead of dropping what stands around it', () => {
    const parsed = parseStep('contact', { contact: ' ', contactWhen: 'le soir' }, addresses);
    expect(parsed.errors).toEqual([{ field: 'contact', key: 'reporting.form.contactMissing' }]);
    expect(parsed.sealed.contact?.when).toBe('le soir');
    expect(parseStep('contact', { contact: '', safeToCall: 'unknown' }, addresses)).toEqual({
      answers: {},
      sealed: { contact: undefined },
      errors: [],
    });
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STEPS),
        fc.dictionary(
          fc.constantFrom(
            'reporter',
            'danger',
            'category',
            'links',
            'narrative',
            'visibility',
            'contact',
            'account',
            'platform',
            '__proto__',
          ),
          fc.oneof(fc.string(), fc.array(fc.string())),
        ),
        (step, body) => {
          expect(parseStep(step, body, addresses)).toHaveProperty('errors');
        },
      ),
    );
  });
});

describe('an address with a name and a password in it', () => {
  it('is a link without them, and they are kept nowhere', () => {
    const { answers, errors } = parseStep('where', { links: 'https://sara:s3cret@example.com/p/1' }, addresses);
    expect(errors).toEqual([]);
    expect(answers.links).toEqual(['https://example.com/p/1']);
    const body = { category: 'other', urls: ['https://sara:s3cret@example.com/p/1'] };
    expect(faultsOf(body, addresses, new Date())).toEqual([]);
    expect(JSON.stringify(addresses.readAll(body.urls))).not.toMatch(/sara|s3cret/);
    expect(JSON.stringify(addresses.inText(`voir ${body.urls[0]} merci`))).not.toMatch(/sara|s3cret/);
  });
});

describe('a body of the interface', () => {
  const now = new Date('2026-11-24T09:00:00Z');
  it('is told every fault at once, those that no schema sees among them', () => {
    const faults = faultsOf(
      {
        category: 'none',
        urls: ['not an address', 'https://a.example.com/', 7],
        'a/b': 1,
        occurredAt: '2026-11-24T09:00:01Z',
      },
      addresses,
      now,
    );
    expect(faults.map((f) => f.pointer).sort()).toEqual(['/a~1b', '/category', '/occurredAt', '/urls/0', '/urls/2']);
    expect(
      faultsOf({ danger: 'yes' }, addresses, now)
        .map((f) => f.pointer)
        .sort(),
    ).toEqual(['/category', '/danger', '/urls']);
    expect(faultsOf('text', addresses, now)).toHaveLength(1);
  });
  it('may have 20,000 characters as people count them', () => {
    const of = (narrative: string) => faultsOf({ category: 'other', narrative }, addresses, now);
    expect(of('😀'.repeat(20_000))).toEqual([]);
    expect(of('a'.repeat(20_001)).map((f) => f.pointer)).toEqual(['/narrative']);
  });
});

describe('follow-up number', () => {
  const keys = ephemeralKeyring();
  it('is the same for one submission, another for another, and always 16 digits', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(receiptOf(keys, a, 'r')).toMatch(/^\d{16}$/);
        expect(receiptOf(keys, a, 'r') === receiptOf(keys, b, 'r')).toBe(a === b);
      }),
    );
  });
  it('is read with spaces, dashes and the digits of any keyboard', () => {
    expect(parseReceipt('8768 7404-6754 8009')).toBe('8768740467548009');
    expect(parseReceipt('٨٧٦٨٧٤٠٤٦٧٥٤٨٠٠٩')).toBe('8768740467548009');
    expect(parseReceipt('876874046754800')).toBeUndefined();
    expect(groupReceipt('8768740467548009')).toBe('8768 7404 6754 8009');
  });
});

describe('paging', () => {
  const person = (id: string) => ({ id, name: id, email: `${id}@e-salama.test`, lang: 'fr' as const });
  const [a, b, c] = [person('a'), person('b'), person('c')];
  const ids = (people: { id: string }[]) => people.map((p) => p.id);
  it('asks the first, then both, then everybody, and nobody twice', () => {
    const duty = { first: a, second: b, everybody: [a, b, c] };
    expect(ids(peopleForStep(0, duty))).toEqual(['a']);
    expect(ids(peopleForStep(1, duty))).toEqual(['a', 'b']);
    expect(ids(peopleForStep(2, duty))).toEqual(['a', 'b', 'c']);
  });
  it('asks everybody at once when the rota is empty', () => {
    expect(ids(peopleForStep(0, { everybody: [a, c] }))).toEqual(['a', 'c']);
    expect(peopleForStep(3, { everybody: [] })).toEqual([]);
  });
  it('tries again ever more slowly, at most every five minutes', () => {
    expect([1, 2, 3, 20].map(retryDelay)).toEqual([5000, 10_000, 20_000, 300_000]);
  });
});

describe('danger on the receipt', () => {
  const by = (author: 'staff' | 'reporter', body: string) => ({ author, body });
  it('is shown until somebody of us has answered, and again when words of danger come anew', () => {
    expect(dangerWaits([])).toBe(true);
    expect(dangerWaits([by('reporter', 'merci')])).toBe(true);
    expect(dangerWaits([by('reporter', 'je veux mourir'), by('staff', 'nous sommes là')])).toBe(false);
    expect(dangerWaits([by('staff', 'nous sommes là'), by('reporter', 'merci')])).toBe(false);
    expect(dangerWaits([by('staff', 'nous sommes là'), by('reporter', 'je veux mourir')])).toBe(true);
  });
});

describe('wrong follow-up numbers', () => {
  it('slow one browser down, forgive the first three, and forget after a while', () => {
    const clock = new ManualClock(new Date('2026-11-24T09:00:00Z'));
    const tries = new WrongTries(clock);
    for (let i = 0; i < 3; i++) tries.wrong('v');
    expect(tries.delay('v')).toBe(1000);
    tries.wrong('v');
    tries.wrong('v');
    expect(tries.delay('v')).toBe(4000);
    expect(tries.delay('other')).toBe(0);
    clock.advance(16 * 60_000);
    expect(tries.delay('v')).toBe(0);
  });
  it('slow everybody a little while they rain from browsers without a cookie', () => {
    const clock = new ManualClock(new Date('2026-11-24T09:00:00Z'));
    const tries = new WrongTries(clock);
    for (let i = 0; i < 70; i++) tries.wrong(`v${i}`);
    expect(tries.delay('fresh')).toBe(1500);
    clock.advance(61_000);
    expect(tries.delay('fresh')).toBe(0);
  });
});

describe('what was typed', () => {
  it('can be stored and read again, whatever characters it has', () => {
    const faces = '😀'.repeat(20_000);
    const { sealed, errors } = parseStep('story', { narrative: `${faces}\0` }, addresses);
    expect(errors).toEqual([]);
    expect(sealedSchema.parse(sealed).narrative).toBe(faces);

    const { answers } = parseStep('where', { links: 'https://a.example.com/x\0y\ud800' }, addresses);
    expect(answers.links).toEqual(['https://a.example.com/xy\ufffd']);
    expect(addresses.read('https://a.example.com/x\0')?.original).toBe('https://a.example.com/x');
  });
});
