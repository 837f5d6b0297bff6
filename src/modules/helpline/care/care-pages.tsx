import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  CsrfField,
  DataTable,
  Details,
  EmptyState,
  Field,
  Form,
  Link,
  Ltr,
  OptionGroup,
  Tag,
  type TagTone,
} from '../../../platform/ui/index.ts';
import { Tabs } from '../pages/list-page.tsx';
import { Who } from '../pages/words.tsx';
import type { CareReferralState, ConversationRow, PlanRow } from '../schema.ts';
import type { PlanView } from './plans.ts';
import { carePossible } from './referral.ts';

/** Open plans, those that changed last first. */
export function CareListPage(props: {
  state: PlanRow['state'];
  plans: readonly (PlanRow & { category: string; child: boolean; ageBand: ConversationRow['age_band'] })[];
}) {
  const { t, date } = useI18n();
  return (
    <>
      <h1>{t('helpline.care.title')}</h1>
      <p class="hint">{t('helpline.care.who')}</p>
      <Tabs
        label={t('helpline.field.state')}
        items={(['open', 'closed'] as const).map((state) => ({
          href: state === 'open' ? '/desk/care' : '/desk/care?state=closed',
          label: t(`helpline.care.state.${state}`),
          current: state === props.state,
        }))}
      />
      <DataTable
        caption={t('helpline.care.title')}
        captionHidden
        columns={[
          {
            key: 'what',
            header: t('helpline.field.about'),
            rowHeader: true,
            cell: (p) => <Link href={`/desk/care/${p.id}`}>{p.category}</Link>,
          },
          {
            key: 'who',
            header: t('helpline.field.who'),
            cell: (p) => <Who row={{ child: p.child, age_band: p.ageBand }} />,
          },
          { key: 'place', header: t('helpline.care.place'), cell: (p) => <Ltr>{p.territory?.[0] ?? '—'}</Ltr> },
          { key: 'changed', header: t('helpline.care.changed'), numeric: true, cell: (p) => date(p.changed_at, 'day') },
        ]}
        rows={props.plans}
        rowKey={(p) => p.id}
        empty={
          <EmptyState icon="hand-heart" title={t('helpline.care.empty')}>
            <p>{t('helpline.care.emptyNext')}</p>
          </EmptyState>
        }
      />
    </>
  );
}

const LOOK: Record<CareReferralState, TagTone> = {
  'awaits-second': 'wait',
  refused: 'neutral',
  agreed: 'help',
  'passed-on': 'help',
  accepted: 'done',
  declined: 'danger',
};

export interface CarePlanPageProps {
  plan: PlanView;
  child: boolean;
  category: string;
  names: ReadonlyMap<string, string>;
  needs: readonly { id: string; name: string }[];
  services: readonly { id: string; name: string; tel: string | null }[];
  provinces: readonly { id: string; name: string }[];
  may: { write: boolean; decide: ReadonlySet<string>; conversation: boolean };
  today: string;
  error: string | undefined;
}

/** One plan: needs, who, when, done; services; nobody of the family sees it. */
export function CarePlanPage(props: CarePlanPageProps) {
  const { t } = useI18n();
  const { plan, may } = props;
  const base = `/desk/care/${plan.id}`;
  return (
    <>
      <p class="flex flex-wrap gap-x-6">
        <Link href="/desk/care">{t('helpline.care.toList')}</Link>
        {may.conversation && <Link href={`/desk/helpline/${plan.report}`}>{t('helpline.care.toConversation')}</Link>}
      </p>
      <h1>{t('helpline.care.plan')}</h1>
      <p class="flex flex-wrap gap-2">
        <Tag tone={plan.state === 'open' ? 'help' : 'done'}>{t(`helpline.care.one.${plan.state}`)}</Tag>
        <span>{props.category}</span>
      </p>
      <p class="hint">{t('helpline.care.who')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Needs {...props} />
      <Referrals {...props} />
      {may.write && (
        <Details summary={t('helpline.care.place')}>
          <Form action={`${base}/place`}>
            <Field
              name="province"
              type="select"
              label={t('helpline.care.place')}
              hint={t('helpline.care.placeHint')}
              value={plan.territory?.[0] ?? ''}
              placeholder={t('helpline.care.unknownPlace')}
              options={props.provinces.map((p) => ({ value: p.id, label: p.name }))}
            />
            <Button variant="secondary">{t('helpline.care.save')}</Button>
          </Form>
        </Details>
      )}
      {may.write && (
        <form method="post" action={`${base}/close`}>
          <CsrfField />
          <Button variant="secondary">{t('helpline.care.close')}</Button>
        </form>
      )}
    </>
  );
}

function Needs(props: CarePlanPageProps) {
  const { t, date } = useI18n();
  const { plan, may } = props;
  const base = `/desk/care/${plan.id}`;
  const name = new Map(props.needs.map((n) => [n.id, n.name]));
  return (
    <Card title={t('helpline.care.needs')} icon="list-checks">
      <DataTable
        caption={t('helpline.care.needs')}
        captionHidden
        columns={[
          {
            key: 'need',
            header: t('helpline.care.need'),
            rowHeader: true,
            cell: (n) => name.get(n.need) ?? <Ltr>{n.need}</Ltr>,
          },
          { key: 'who', header: t('helpline.care.whoDoes'), cell: (n) => <span dir="auto">{n.who || '—'}</span> },
          {
            key: 'due',
            header: t('helpline.care.due'),
            numeric: true,
            cell: (n) => (n.due ? <Ltr>{dayOf(n.due)}</Ltr> : '—'),
          },
          {
            key: 'done',
            header: t('helpline.care.done'),
            cell: (n) =>
              n.done_at ? (
                <Tag tone="done" icon="check">
                  {date(n.done_at, 'day')}
                </Tag>
              ) : may.write ? (
                <form method="post" action={`${base}/needs/${n.id}/done`}>
                  <CsrfField />
                  <Button small variant="secondary" icon="check">
                    {t('helpline.care.markDone')}
                  </Button>
                </form>
              ) : (
                <Tag tone="wait">{t('helpline.care.open_')}</Tag>
              ),
          },
        ]}
        rows={plan.needs}
        rowKey={(n) => n.id}
        empty={<p class="hint">{t('helpline.care.noNeeds')}</p>}
      />
      {may.write && (
        <Details summary={t('helpline.care.addNeed')} open={plan.needs.length === 0}>
          <Form action={`${base}/needs`}>
            <Field
              name="need"
              type="select"
              label={t('helpline.care.need')}
              options={props.needs.map((n) => ({ value: n.id, label: n.name }))}
            />
            <Field
              name="who"
              type="textarea"
              rows={2}
              label={t('helpline.care.whoDoes')}
              hint={t('helpline.care.whoDoesHint')}
            />
            <Field name="due" type="date" label={t('helpline.care.due')} min={props.today} width="half" optional />
            <Button variant="secondary">{t('helpline.care.addNeed')}</Button>
          </Form>
        </Details>
      )}
    </Card>
  );
}

/** A date column comes as a date or as text, by the driver's settings; the day is what counts. */
const dayOf = (due: unknown): string =>
  due instanceof Date ? due.toLocaleDateString('sv-SE') : String(due).slice(0, 10);

/** The number to call, unless the name says it. */
function Tel(props: { of: { name: string; tel: string | null } | undefined }) {
  const { of } = props;
  return of?.tel && !of.name.includes(of.tel) ? <Ltr>{of.tel}</Ltr> : null;
}

function Referrals(props: CarePlanPageProps) {
  const { t, date } = useI18n();
  const { plan, may } = props;
  const base = `/desk/care/${plan.id}`;
  const service = new Map(props.services.map((s) => [s.id, s]));
  return (
    <Card title={t('helpline.care.services')} icon="heart-handshake">
      {plan.referrals.length === 0 && <p class="hint">{t('helpline.care.noServices')}</p>}
      {plan.referrals.map((r) => (
        <section key={r.id} class="grid gap-2 border-b border-line pb-3">
          <h3>
            {service.get(r.service)?.name ?? r.service} <Tel of={service.get(r.service)} />
          </h3>
          <p class="flex flex-wrap gap-2">
            <Tag tone={LOOK[r.state]}>{t(`helpline.care.referral.${r.state}`)}</Tag>
            <span>{t(`helpline.care.basis.${r.basis}`)}</span>
          </p>
          <p class="pre" dir="auto">
            {r.reason}
          </p>
          <p class="hint">
            {t('helpline.care.proposedBy')} <Bdi>{props.names.get(r.proposed_by) ?? ''}</Bdi>,{' '}
            {date(r.proposed_at, 'day')}
            {r.decided_by && r.decided_at && (
              <>
                {' · '}
                {t('helpline.care.decidedBy')} <Bdi>{props.names.get(r.decided_by) ?? ''}</Bdi>,{' '}
                {date(r.decided_at, 'day')}
              </>
            )}
            {r.told_at && ` · ${t('helpline.care.told', { at: date(r.told_at, 'day') })}`}
          </p>
          {carePossible(r.state, 'agree') && (
            <>
              <p class="hint">{t(may.decide.has(r.id) ? 'helpline.care.secondHint' : 'helpline.care.secondOther')}</p>
              {may.decide.has(r.id) && plan.state === 'open' && (
                <div class="flex flex-wrap gap-2">
                  {(['agree', 'refuse'] as const).map((v) => (
                    <form key={v} method="post" action={`${base}/referrals/${r.id}/${v}`}>
                      <CsrfField />
                      <Button small variant={v === 'agree' ? 'primary' : 'secondary'}>
                        {t(`helpline.care.${v}`)}
                      </Button>
                    </form>
                  ))}
                </div>
              )}
            </>
          )}
          {may.write && carePossible(r.state, 'pass-on') && (
            <form method="post" action={`${base}/referrals/${r.id}/pass-on`}>
              <CsrfField />
              <p class="hint">{t('helpline.care.passOnHint')}</p>
              <Button small icon="send">
                {t('helpline.care.passOn')}
              </Button>
            </form>
          )}
          {may.write && carePossible(r.state, 'accepted') && (
            <form method="post" action={`${base}/referrals/${r.id}/answer`} class="flex flex-wrap gap-2">
              <CsrfField />
              {(['accepted', 'declined'] as const).map((a) => (
                <Button key={a} small variant="secondary" name="answer" value={a}>
                  {t(`helpline.care.referral.${a}`)}
                </Button>
              ))}
            </form>
          )}
        </section>
      ))}
      {may.write && (
        <Details summary={t('helpline.care.propose')}>
          <Form action={`${base}/referrals`}>
            <Field
              name="service"
              type="select"
              label={t('helpline.care.service')}
              options={props.services.map((s) => ({ value: s.id, label: s.name }))}
            />
            <OptionGroup
              name="basis"
              legend={t('helpline.care.basisQuestion')}
              value="consent"
              options={(['consent', 'best-interests'] as const).map((b) => ({
                value: b,
                title: t(`helpline.care.basis.${b}`),
                hint: t(`helpline.care.basisHint.${b}`),
              }))}
            />
            <Field
              name="reason"
              type="textarea"
              rows={3}
              label={t('helpline.care.reason')}
              hint={t('helpline.care.reasonHint')}
            />
            <Actions>
              <Button>{t('helpline.care.proposeSend')}</Button>
            </Actions>
          </Form>
        </Details>
      )}
    </Card>
  );
}
