import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, Details, Field, Form, OptionGroup } from '../../../platform/ui/index.ts';
import { ANSWERS, type Answer, EVENT_OF, MAX_REASON } from '../notice/answers.ts';
import { type NoticeState, possible } from '../notice/notice.ts';
import { DISPUTE_GROUNDS, type DisputeGround } from '../schema.ts';

/** What was typed into a form that was refused. */
export interface Refused {
  error: string;
  answer: Answer;
  typed: string;
  ground: DisputeGround | undefined;
  named: string;
  hours: string;
}

const HOUR_MS = 3_600_000;
/** What can still be said: nothing twice. More time may be asked for again, as long as there is any. */
const SAID: Partial<Record<Answer, NoticeState>> = { received: 'received', removed: 'removed', disagree: 'disputed' };
export const offered = (state: NoticeState): Answer[] =>
  ANSWERS.filter((answer) => possible(state, EVENT_OF[answer]) && SAID[answer] !== state);

interface AnswersProps {
  path: string;
  state: NoticeState;
  now: Date;
  times: readonly number[];
  refused: Refused | undefined;
}

function MoreTime(props: AnswersProps & { action: string }) {
  const { t, date } = useI18n();
  const refused = props.refused?.answer === 'more-time' ? props.refused : undefined;
  return (
    <Details summary={t('takedown.page.moreTime.title')} open={refused !== undefined}>
      <Form action={props.action}>
        <Field
          name="hours"
          type="select"
          label={t('takedown.page.moreTime.until')}
          hint={t('takedown.page.moreTime.hint')}
          required
          options={props.times.map((h) => ({
            value: String(h),
            label: t('takedown.page.moreTime.option', {
              at: date(new Date(props.now.getTime() + h * HOUR_MS), 'day'),
              hours: h,
            }),
          }))}
          value={refused?.hours ?? ''}
        />
        <Field
          name="why"
          type="textarea"
          label={t('takedown.page.moreTime.why')}
          required
          rows={3}
          value={refused?.typed ?? ''}
          {...(refused ? { error: refused.error } : {})}
        />
        <Actions>
          <Button name="answer" value="more-time" icon="clock" variant="secondary">
            {t('takedown.page.moreTime.ask')}
          </Button>
        </Actions>
      </Form>
    </Details>
  );
}

function Disagree(props: AnswersProps & { action: string }) {
  const { t } = useI18n();
  const refused = props.refused?.answer === 'disagree' ? props.refused : undefined;
  return (
    <Details summary={t('takedown.page.disagreeTitle')} open={refused !== undefined}>
      <Form action={props.action}>
        <p>{t('takedown.page.disagreeHint')}</p>
        <OptionGroup
          legend={t('takedown.page.ground')}
          name="ground"
          required
          options={DISPUTE_GROUNDS.map((g) => ({ value: g, title: t(`takedown.ground.${g}`) }))}
          {...(refused?.ground ? { value: refused.ground } : {})}
        />
        <Field
          name="reason"
          type="textarea"
          label={t('takedown.page.disagreeReason')}
          hint={t('takedown.page.disagreeReasonHint')}
          required
          rows={4}
          maxLength={MAX_REASON}
          counter
          value={refused?.typed ?? ''}
          {...(refused ? { error: refused.error } : {})}
        />
        <Field
          name="named"
          label={t('takedown.page.named')}
          hint={t('takedown.page.namedHint')}
          dir="ltr"
          optional
          maxLength={500}
          value={refused?.named ?? ''}
        />
        <Actions>
          <Button name="answer" value="disagree" icon="message-square-warning" variant="secondary">
            {t('takedown.page.disagree')}
          </Button>
        </Actions>
      </Form>
    </Details>
  );
}

/** The ways to answer that are open now; each a form of its own, so that nothing is sent by half. */
export function ProviderAnswers(props: AnswersProps) {
  const { t, lang } = useI18n();
  const offers = offered(props.state);
  const action = `${props.path}?lang=${lang}`;
  if (offers.length === 0) return null;
  const plain = props.refused && !['disagree', 'more-time'].includes(props.refused.answer) ? props.refused : undefined;
  return (
    <Card title={t('takedown.page.answer')} icon="reply">
      {plain && <Callout tone="danger" level={3} title={plain.error} live />}
      {(offers.includes('removed') || offers.includes('received')) && (
        <Form action={action}>
          <Actions>
            {offers.includes('removed') && (
              <Button name="answer" value="removed" icon="circle-check">
                {t('takedown.page.removed')}
              </Button>
            )}
            {offers.includes('received') && (
              <Button name="answer" value="received" icon="inbox" variant="secondary">
                {t('takedown.page.received')}
              </Button>
            )}
          </Actions>
          <p class="hint">{t('takedown.page.removedHint')}</p>
        </Form>
      )}
      {offers.includes('more-time') && props.times.length > 0 && <MoreTime {...props} action={action} />}
      {offers.includes('disagree') && <Disagree {...props} action={action} />}
    </Card>
  );
}
