import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Card,
  Checkbox,
  CsrfField,
  Form,
  type HelpLine,
  HelpLines,
  Icon,
} from '../../../platform/ui/index.ts';
import type { CrisisScript } from '../../country/index.ts';
import type { CrisisView } from '../crisis.ts';

export interface CrisisCardProps {
  report: string;
  running: readonly CrisisView[];
  offered: readonly CrisisScript[];
  lines: readonly HelpLine[];
  names: ReadonlyMap<string, string>;
  may: boolean;
}

function Running(props: { report: string; crisis: CrisisView; names: ReadonlyMap<string, string>; may: boolean }) {
  const { t, text, date } = useI18n();
  const { crisis } = props;
  const base = `/desk/helpline/${props.report}/crisis/${crisis.id}`;
  const missing = crisis.steps.filter((s) => !crisis.done.has(s.id));
  const open = crisis.ended_at === null && props.may;
  return (
    <section class="grid gap-3">
      <h3>{text(crisis.title)}</h3>
      {crisis.ended_at && <p class="hint">{t('helpline.crisis.ended', { at: date(crisis.ended_at, 'day') })}</p>}
      <ul class="grid gap-2">
        {crisis.steps
          .filter((s) => crisis.done.has(s.id))
          .map((s) => {
            const done = crisis.done.get(s.id);
            return (
              <li key={s.id} class="flex gap-2">
                <Icon name="check" />
                <span>
                  {text(s.text)}{' '}
                  {done && (
                    <span class="text-muted">
                      <bdi>{props.names.get(done.account) ?? ''}</bdi>, {date(done.at, 'time')}
                    </span>
                  )}
                </span>
              </li>
            );
          })}
      </ul>
      {open &&
        missing
          .filter((s) => s.alarm)
          .map((s) => (
            <form key={s.id} method="post" action={`${base}/alarm`} class="grid gap-2">
              <CsrfField />
              <p>{text(s.text)}</p>
              <Button variant="danger" icon="siren">
                {t('helpline.crisis.alarm')}
              </Button>
            </form>
          ))}
      {open && (
        <Form action={`${base}/steps`}>
          {missing
            .filter((s) => !s.alarm)
            .map((s) => (
              <Checkbox key={s.id} id={`step-${crisis.id}-${s.id}`} name="step" value={s.id} label={text(s.text)} />
            ))}
          <Actions>
            {missing.some((s) => !s.alarm) && <Button variant="secondary">{t('helpline.crisis.tick')}</Button>}
            <Button variant={missing.length > 0 ? 'secondary' : 'primary'} name="end" value="1">
              {t('helpline.crisis.end')}
            </Button>
          </Actions>
        </Form>
      )}
    </section>
  );
}

/** A crisis: what to do, step by step, with the lines to call at hand. */
export function CrisisCard(props: CrisisCardProps) {
  const { t, text } = useI18n();
  const busy = new Set(props.running.filter((c) => c.ended_at === null).map((c) => c.script));
  const offered = props.offered.filter((s) => !busy.has(s.id));
  return (
    <Card title={t('helpline.crisis.title')} icon="life-buoy" id="crisis">
      {busy.size > 0 && props.lines.length > 0 && <HelpLines lines={props.lines} />}
      {props.running.map((c) => (
        <Running key={c.id} report={props.report} crisis={c} names={props.names} may={props.may} />
      ))}
      {props.may && offered.length > 0 && (
        <form method="post" action={`/desk/helpline/${props.report}/crisis`} class="grid gap-2">
          <CsrfField />
          <p class="hint">{t('helpline.crisis.hint')}</p>
          <div class="flex flex-wrap gap-2">
            {offered.map((s) => (
              <Button key={s.id} variant="secondary" name="script" value={s.id} icon="siren">
                {text(s.title)}
              </Button>
            ))}
          </div>
        </form>
      )}
    </Card>
  );
}
