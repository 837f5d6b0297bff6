import { expect, it } from 'vitest';
import { render } from '../../../platform/ui/render.testkit.tsx';
import { answersSchema, sealedSchema } from '../answers.ts';
import type { DangerState } from './question.ts';
import { StepPage } from './step-page.tsx';

const page = (step: 'review' | 'story' | 'where', danger: DangerState, narrative = '') =>
  render(
    <StepPage
      step={step}
      number={5}
      answers={answersSchema.parse({ reporter: 'child', danger: 'no', category: 'other' })}
      sealed={sealedSchema.parse({ narrative })}
      errors={[]}
      categories={[]}
      platforms={[]}
      child
      danger={danger}
      duties={undefined}
    />,
    { lang: 'fr' },
  );

it('asks no proof of work of whoever is in danger', () => {
  expect(page('review', 'none')).toContain('altcha');
  for (const danger of ['on-duty', 'nobody'] as const) expect(page('review', danger)).not.toContain('altcha');
});

it('shows nothing of a story written before, says that it is kept, and lets it be wiped', () => {
  const again = page('story', 'none', 'ce qui est arrivé');
  expect(again).not.toContain('ce qui est arrivé');
  expect(again).toMatch(/name="wipe"/);
  expect(page('story', 'none')).not.toMatch(/name="wipe"/);
});

it('takes no more into the field of links than the body of a form can carry in any alphabet', () => {
  const most = Number(/name="links"[^>]*maxlength="(\d+)"/i.exec(page('where', 'none'))?.[1]);
  // A letter of two bytes is six characters in the body of a form; what is beside it is small.
  expect(new URLSearchParams({ links: 'ق'.repeat(most) }).toString().length).toBeLessThan(250 * 1024);
});
