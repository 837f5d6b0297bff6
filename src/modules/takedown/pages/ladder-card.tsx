import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  Checkbox,
  Details,
  Field,
  Form,
  Link,
  Ltr,
  Timeline,
  type TimelineItem,
} from '../../../platform/ui/index.ts';
import type { PanelData } from '../http/desk-view.ts';
import type { Reach } from '../schema.ts';

const RUNG: Partial<Record<Reach, string>> = { site: 'site', registrar: 'registrar', upstream: 'upstream' };
const rungIdOf = (reach: Reach | null) => (reach && RUNG[reach]) ?? 'host';

interface CardProps {
  data: PanelData;
  back: string;
}

function DeedForm(props: CardProps & { what: string; children: ComponentChildren }) {
  return (
    <Form action={`/desk/ladder/${props.data.item}/${props.what}`}>
      <input type="hidden" name="back" value={props.back} />
      {props.children}
    </Form>
  );
}

/** What a person has to say before it goes on. */
function Asked(props: CardProps) {
  const { t, date } = useI18n();
  const { ladder, may, names } = props.data;
  if (!ladder || ladder.row.step === 'stop') return null;
  const { row } = ladder;
  const unsure = row.step === 'person' && ['wall', 'doubt', 'no-look'].includes(row.reason);
  const confirm = row.step === 'person' && row.reason === 'confirm' && row.rung;
  return (
    <>
      {unsure && may.prepare && (
        <Callout tone="warn" level={3} title={t('takedown.ladder.seenTitle')}>
          <p>{t('takedown.ladder.seenHow')}</p>
          <DeedForm {...props} what="seen">
            <Button icon="eye" variant="secondary">
              {t('takedown.ladder.seen')}
            </Button>
          </DeedForm>
        </Callout>
      )}
      {confirm && may.send && (
        <Callout
          tone="warn"
          level={3}
          title={t('takedown.ladder.confirmTitle', { rung: t(`takedown.rung.${confirm}`) })}
        >
          <DeedForm {...props} what="confirm">
            <input type="hidden" name="rung" value={confirm} />
            <Button icon="send" variant="secondary">
              {t('takedown.ladder.confirm')}
            </Button>
          </DeedForm>
        </Callout>
      )}
      {ladder.ownerMatters && row.owner_cleared !== null && row.cleared_at && (
        <p class="hint">
          {t(row.owner_cleared ? 'takedown.ladder.cleared' : 'takedown.ladder.notCleared', {
            at: date(row.cleared_at, 'day'),
          })}{' '}
          <Bdi>{names.get(row.cleared_by ?? '') ?? ''}</Bdi>
        </p>
      )}
      {ladder.ownerMatters && may.clearOwner && (
        <Details summary={t('takedown.ladder.ownerTitle')} open={row.step === 'person' && row.reason === 'clearance'}>
          <p>{t('takedown.ladder.ownerWhy')}</p>
          <DeedForm {...props} what="owner">
            <Field
              name="ground"
              type="select"
              label={t('takedown.ladder.ownerGround')}
              options={[
                { value: 'police', label: t('takedown.ladder.ground.police') },
                { value: 'supervisor', label: t('takedown.ladder.ground.supervisor') },
              ]}
              width="half"
            />
            <Actions>
              <Button name="cleared" value="no" variant="secondary" icon="shield">
                {t('takedown.ladder.ownerNo')}
              </Button>
              <Button name="cleared" value="yes" variant="secondary" icon="send">
                {t('takedown.ladder.ownerYes')}
              </Button>
            </Actions>
          </DeedForm>
        </Details>
      )}
    </>
  );
}

/** What stops the case: suggested by facts, said by a person. */
function Stoppers(props: CardProps) {
  const { t, text } = useI18n();
  const { ladder, stoppers, may } = props.data;
  if (!ladder) return null;
  const known = new Map(ladder.stoppers.map((s) => [s.reason, s]));
  const named = stoppers.filter((s) => (known.get(s.id)?.state ?? 'dismissed') !== 'dismissed');
  return (
    <>
      {named.length > 0 && (
        <>
          <p>
            <strong>{t('takedown.ladder.stoppers')}</strong>
          </p>
          <ul class="prose">
            {named.map((s) => (
              <li key={s.id}>
                {text(s.name)}{' '}
                <span class="hint">
                  {t(
                    known.get(s.id)?.state === 'confirmed'
                      ? 'takedown.ladder.stopper.confirmed'
                      : 'takedown.ladder.stopper.suggested',
                  )}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {may.prepare && ladder.row.step !== 'stop' && (
        <Details summary={t('takedown.ladder.stoppersSay')}>
          <DeedForm {...props} what="stoppers">
            {stoppers.map((s) => (
              <Checkbox
                key={s.id}
                id={`stopper-${s.id}`}
                name={`stopper-${s.id}`}
                label={text(s.name)}
                checked={(known.get(s.id)?.state ?? 'dismissed') !== 'dismissed'}
              />
            ))}
            <Actions>
              <Button icon="check" variant="secondary">
                {t('takedown.ladder.stoppersSave')}
              </Button>
            </Actions>
          </DeedForm>
        </Details>
      )}
    </>
  );
}

/** The ladder of those who can be asked: what was done, where it stands and why, what comes and when. */
export function LadderCard(props: CardProps) {
  const { t, text, date } = useI18n();
  const { ladder, bodyName } = props.data;
  if (!ladder) return null;
  const { row, steps, hotline } = ladder;
  const stamp = (at: Date) => ({ iso: at.toISOString(), text: date(at, 'day') });
  const rung = (id: string | null) => (id ? t(`takedown.rung.${id}`) : '');
  // Whom tracing or a person chose is on the notices; the ladder's own deeds are its steps.
  const walked = new Set(steps.map((s) => s.notice));
  const letters = props.data.notices
    .map((n) => n.row)
    .filter((n) => n.round === row.round && n.kind === 'ask' && n.sent_at && !walked.has(n.id))
    .map((n) => ({
      at: n.sent_at as Date,
      item: {
        state: 'done',
        title: t('takedown.ladder.did.ask', { rung: rung(rungIdOf(n.reach)) }),
        at: stamp(n.sent_at as Date),
        detail: n.contact && <Ltr mono>{n.contact}</Ltr>,
      } satisfies TimelineItem,
    }));
  const deeds = steps.map((s) => ({
    at: s.at,
    item: {
      state: 'done',
      title: t(`takedown.ladder.did.${s.kind}`, { rung: rung(s.rung) }),
      at: stamp(s.at),
      detail: (
        <>
          {s.contact && <Ltr mono>{s.contact}</Ltr>}{' '}
          {(s.kind === 'ask' || s.kind === 'remind' || s.kind === 'contradict') && t(`takedown.ladder.why.${s.reason}`)}
        </>
      ),
    } satisfies TimelineItem,
  }));
  const items: TimelineItem[] = [...letters, ...deeds]
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map((d) => d.item);
  const next = row.until ?? null;
  items.push({
    state: 'now',
    title: t(`takedown.ladder.now.${row.step}`),
    at: stamp(row.changed_at),
    detail: t(`takedown.ladder.reason.${row.reason}`),
  });
  if (next)
    items.push({
      state: 'next',
      title: t('takedown.ladder.then'),
      at: stamp(next),
    });
  const body = hotline?.body ? bodyName(hotline.body) : undefined;
  return (
    <Card title={t('takedown.ladder.title')} icon="list-ordered">
      <p class="hint">{t('takedown.ladder.intro')}</p>
      <Timeline label={t('takedown.ladder.title')} items={items} />
      {hotline?.wanted && hotline.country && (
        <Callout
          tone={body ? 'help' : 'warn'}
          level={3}
          title={t('takedown.ladder.hotline', { country: hotline.country })}
        >
          {body ? (
            <p>
              {text(body)}
              {hotline.referral && (
                <>
                  {' '}
                  <Link href={`/desk/referrals/${hotline.referral}`}>{t('takedown.ladder.hotlineDraft')}</Link>
                </>
              )}
            </p>
          ) : (
            <p>{t('takedown.ladder.hotlineNone')}</p>
          )}
        </Callout>
      )}
      <Asked {...props} />
      <Stoppers {...props} />
    </Card>
  );
}
