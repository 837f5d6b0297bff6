import type { VNode } from 'preact';
import type { Lang } from '../../../platform/i18n/index.ts';
import { Actions, Breadcrumb, Button, Callout, Card, Details, Field, Form, Tag } from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import type { Blocked, Explanation, PactView, Profile, Revision } from '../index.ts';
import { BONUS_KINDS } from '../index.ts';
import { QuickTaps } from './home-page.tsx';
import { DoneNote, HelpBox, HoldingWords, NetworkList, Refusal, Tap, TellBox, useWords } from './parts.tsx';
import { BlockedWords, RuleWords } from './rule-words.tsx';

export interface Place {
  /** Of the profile, `/ar/family/child/<id>`. */
  at: string;
  /** Of the page before, `/ar/family`. */
  home: string;
  of: 'family' | 'school';
}

/** One child (or one class): what holds, what may be done, what was blocked. */
export function ChildPage(props: {
  place: Place;
  child: Profile;
  blocked: Blocked;
  pact: PactView | undefined;
  history: readonly Revision[];
  now: Date;
  done: Done | undefined;
  error?: string | undefined;
  why?: { typed: string; found: Explanation | undefined } | undefined;
  /** Of a class: the school's lines, and what stands in the form of the class's networks. */
  network?: { lines: readonly string[]; typed: string } | undefined;
}) {
  const { t } = useWords();
  const { place, child, now } = props;
  return (
    <>
      <Breadcrumb
        items={[{ href: place.home, label: t(`safe-access.family.place.${place.of}`) }, { label: child.label }]}
      />
      <div class="child-head">
        <h1>
          <bdi>{child.label}</bdi>
        </h1>
        <Tag>{t(`safe-access.family.band.${child.band}`)}</Tag>
      </div>
      <DoneNote done={props.done} />
      <Refusal error={props.error} />
      <Card title={t('safe-access.family.child.now')} icon="clock">
        <HoldingWords holding={child.holding} rules={child.rules} now={now} />
        <QuickTaps at={place.at} child={child} from="child" />
        <MoreTime at={place.at} />
      </Card>
      <Card title={t('safe-access.family.child.rules')} icon="list-checks">
        <RuleWords rules={child.rules} audience="parent" />
        <div class="taps">
          <Button href={`${place.at}/rules`} variant="secondary" icon="sliders-horizontal">
            {t('safe-access.family.child.editRules')}
          </Button>
          <Button href={`${place.at}/windows`} variant="secondary" icon="calendar-clock">
            {t('safe-access.family.child.editWindows')}
          </Button>
        </div>
        <History revisions={props.history} />
      </Card>
      {place.of === 'family' && <PactCard place={place} pact={props.pact} />}
      <Devices place={place} child={child} />
      <Card title={t('safe-access.family.blocked.title')} icon="ban">
        <p class="hint">
          {t(place.of === 'school' ? 'safe-access.family.school.classSame' : 'safe-access.family.blocked.same')}
        </p>
        {place.of === 'school' && props.blocked.keeps === 'nothing' ? (
          <p>{t('safe-access.family.school.classNothing')}</p>
        ) : (
          <BlockedWords blocked={props.blocked} contest={`${place.at}/contest`} />
        )}
        <Why place={place} why={props.why} />
      </Card>
      {place.of === 'family' && (
        <Card title={t('safe-access.family.child.link')} icon="qr-code">
          <p>{t('safe-access.family.child.linkText')}</p>
          <Tap action={`${place.at}/link`} icon="qr-code">
            {t('safe-access.family.child.linkMake')}
          </Tap>
          <p class="hint">{t('safe-access.family.child.linkOld')}</p>
        </Card>
      )}
      {props.network && <ClassNetworks place={place} network={props.network} />}
      <TellBox />
      <HelpBox audience="parent" />
      <NameAndLanguage place={place} child={child} />
      <p>
        <a class="link" href={`${place.at}/remove`}>
          {t('safe-access.family.remove.open', { name: child.label })}
        </a>
      </p>
    </>
  );
}

/** Which part of the school's lines is this class's. */
function ClassNetworks(props: { place: Place; network: { lines: readonly string[]; typed: string } }) {
  const { t } = useWords();
  const { lines, typed } = props.network;
  return (
    <Card title={t('safe-access.family.network.title')} icon="router">
      <p>{t('safe-access.family.network.lead')}</p>
      <SchoolLines lines={lines} />
      {(lines.length > 0 || typed !== '') && (
        <Form action={`${props.place.at}/networks`}>
          <Field
            name="networks"
            type="textarea"
            rows={3}
            label={t('safe-access.family.network.label')}
            hint={t('safe-access.family.network.hint')}
            value={typed}
            dir="ltr"
            width="half"
            spellcheck={false}
          />
          <Button variant="secondary">{t('safe-access.family.save')}</Button>
        </Form>
      )}
    </Card>
  );
}

/** What the administrator entered for the school. */
export function SchoolLines(props: { lines: readonly string[] }) {
  const { t } = useWords();
  if (props.lines.length === 0) return <p class="hint">{t('safe-access.family.network.noLines')}</p>;
  return (
    <p class="hint">
      {t('safe-access.family.network.lines')}
      {t('safe-access.family.colon')} <NetworkList networks={props.lines} />
    </p>
  );
}

/** When the rules changed, and why; the newest first. */
function History(props: { revisions: readonly Revision[] }) {
  const { t, date } = useWords();
  return (
    <Details summary={t('safe-access.family.history.title')}>
      <ul class="plain">
        {props.revisions.slice(0, 20).map((revision) => (
          <li key={revision.revision}>
            {date(revision.at, 'day')} · {t(`safe-access.family.history.${revision.cause}`)}
          </li>
        ))}
      </ul>
    </Details>
  );
}

function NameAndLanguage(props: { place: Place; child: Profile }) {
  const { t } = useWords();
  const { place, child } = props;
  return (
    <Details
      summary={t(place.of === 'school' ? 'safe-access.family.school.className' : 'safe-access.family.name.title')}
    >
      <Form action={`${place.at}/name`}>
        <Field
          name="label"
          label={t(place.of === 'school' ? 'safe-access.family.school.classLabel' : 'safe-access.family.new.nameLabel')}
          value={child.label}
          maxLength={60}
          width="half"
          required
        />
        <Field
          name="lang"
          type="select"
          label={t('safe-access.family.name.lang')}
          value={child.lang}
          width="half"
          options={LANGUAGES}
        />
        <Button variant="secondary">{t('safe-access.family.save')}</Button>
      </Form>
    </Details>
  );
}

/** Each in its own words. */
const LANGUAGES: readonly { value: Lang; label: string }[] = [
  { value: 'ar', label: 'العربية' },
  { value: 'fr', label: 'Français' },
  { value: 'en', label: 'English' },
  { value: 'zgh', label: 'ⵜⴰⵎⴰⵣⵉⵖⵜ' },
];

/** Other lengths of bonus time and pause. */
function MoreTime(props: { at: string }) {
  const { t, kind } = useWords();
  return (
    <Details summary={t('safe-access.family.tap.more')}>
      <Form action={`${props.at}/bonus`} class="form form-row">
        <input type="hidden" name="from" value="child" />
        <Field name="until" type="time" label={t('safe-access.family.tap.until')} width="short" required />
        <Field
          name="opens"
          type="select"
          label={t('safe-access.family.tap.opens')}
          width="half"
          options={[
            { value: 'everything', label: t('safe-access.family.tap.everything') },
            ...BONUS_KINDS.map((value) => ({ value, label: kind(value) })),
          ]}
        />
        <Button variant="secondary" icon="gift">
          {t('safe-access.family.tap.give')}
        </Button>
      </Form>
      <Form action={`${props.at}/pause`} class="form form-row">
        <input type="hidden" name="from" value="child" />
        <Field
          name="until"
          id="f-pause-until"
          type="time"
          label={t('safe-access.family.tap.pauseUntil')}
          width="short"
          required
        />
        <Button variant="secondary" icon="pause">
          {t('safe-access.family.tap.pause')}
        </Button>
      </Form>
    </Details>
  );
}

function PactCard(props: { place: Place; pact: PactView | undefined }) {
  const { t, date } = useWords();
  const { pact, place } = props;
  const state = !pact ? 'none' : pact.state === 'agreed' ? 'agreed' : pact.childAgreedAt ? 'parent' : 'child';
  return (
    <Card title={t('safe-access.family.pact.title')} icon="handshake">
      <p>{t(`safe-access.family.pact.state.${state}`)}</p>
      {pact?.state === 'agreed' && pact.childAgreedAt && <p class="hint">{date(pact.childAgreedAt, 'date')}</p>}
      <div class="taps">
        {pact && (
          <Button href={`${place.at}/pact`} variant="secondary" icon="file-text">
            {t('safe-access.family.pact.read')}
          </Button>
        )}
        <Button href={`${place.at}/pact/new`} variant="secondary" icon="pencil">
          {t(pact ? 'safe-access.family.pact.renew' : 'safe-access.family.pact.write')}
        </Button>
      </div>
    </Card>
  );
}

function Devices(props: { place: Place; child: Profile }) {
  const { t, calendarDay } = useWords();
  const { place, child } = props;
  return (
    <Card title={t('safe-access.family.device.title')} icon="smartphone">
      {child.devices.length === 0 && <p>{t('safe-access.family.home.noDevice')}</p>}
      <ul class="plain device-list">
        {child.devices.map((device) => (
          <li key={device.id}>
            <a class="link" href={`${place.at}/device/${device.id}`}>
              <bdi>{device.label}</bdi>
            </a>{' '}
            <span class="hint">
              {t(`safe-access.family.kind.${device.kind}`)} ·{' '}
              {device.lastSeen
                ? t('safe-access.family.device.seen', { day: calendarDay(device.lastSeen) })
                : t('safe-access.family.device.never')}
            </span>
          </li>
        ))}
      </ul>
      <Button href={`${place.at}/device`} variant="secondary" icon="plus">
        {t('safe-access.family.device.add')}
      </Button>
    </Card>
  );
}

/** Why a site is closed, asked without a query; one tap says that it is in the wrong place. */
function Why(props: { place: Place; why: { typed: string; found: Explanation | undefined } | undefined }) {
  const { t } = useWords();
  const { why, place } = props;
  return (
    <Details summary={t('safe-access.family.why.title')} open={why !== undefined}>
      <Form action={`${place.at}/why`}>
        <Field
          name="name"
          label={t('safe-access.family.why.label')}
          hint={t('safe-access.family.why.hint')}
          value={why?.typed ?? ''}
          dir="ltr"
          width="half"
          {...(why && !why.found ? { error: t('safe-access.error.NAME_INVALID') } : {})}
        />
        <Button variant="secondary" icon="search">
          {t('safe-access.family.why.ask')}
        </Button>
      </Form>
      {why?.found && (
        <Callout tone="help" icon="info" live>
          <p>
            <bdi dir="ltr">{why.found.name}</bdi>
            {t('safe-access.family.colon')} <WhyWords found={why.found} to="parent" />
          </p>
          {why.found.why.kind === 'category' && (
            <Tap
              action={`${place.at}/contest`}
              fields={{ name: why.found.name, category: why.found.why.category }}
              icon="flag"
            >
              {t('safe-access.family.why.contest')}
            </Tap>
          )}
          {why.found.appealPath && (
            <p>
              <a href={why.found.appealPath}>{t('safe-access.family.why.appeal')}</a>
            </p>
          )}
        </Callout>
      )}
    </Details>
  );
}

/** Why a name is as it is. On the block page the resolver's own words; to a parent those of who decides here. */
export function WhyWords(props: { found: Explanation; to?: 'parent' }) {
  const { t, kinds } = useWords();
  const { why, outcome } = props.found;
  if (props.to === 'parent') {
    if (why.kind === 'category')
      return <>{t('safe-access.family.why.here.category', { kind: kinds([why.category]) })}</>;
    if (why.kind === 'paused' || why.kind === 'window' || why.kind === 'deny' || why.kind === 'ways-around')
      return <>{t(`safe-access.family.why.here.${why.kind}`)}</>;
  }
  if (why.kind === 'national') return <>{t(`safe-access.why.national-${why.basis}`)}</>;
  if (why.kind === 'category') return <>{t('safe-access.why.category', { category: kinds([why.category]) })}</>;
  if (why.kind === 'paused' || why.kind === 'window' || why.kind === 'deny' || why.kind === 'ways-around')
    return <>{t(`safe-access.why.${why.kind}`)}</>;
  if (outcome === 'help') return <>{t('safe-access.family.why.help')}</>;
  if (why.kind === 'safe-search') return <>{t('safe-access.family.why.safe-search')}</>;
  if (why.kind === 'not-ready') return <>{t('safe-access.family.why.not-ready')}</>;
  return <>{t('safe-access.family.why.open')}</>;
}

/** The child's link, shown once. */
export function ChildLinkPage(props: { place: Place; child: Profile; url: string; qr: VNode; copy: VNode }) {
  const { t } = useWords();
  return (
    <>
      <h1>{t('safe-access.family.link.title', { name: props.child.label })}</h1>
      <p>{t('safe-access.family.link.lead')}</p>
      {props.qr}
      {props.copy}
      <Callout tone="warn">
        <p>{t('safe-access.family.link.once')}</p>
      </Callout>
      <Actions>
        <Button href={props.place.at}>{t('safe-access.family.link.done')}</Button>
      </Actions>
    </>
  );
}

/** Before everything of a child (or a class) is destroyed. */
export function RemovePage(props: { place: Place; child: Profile }) {
  const { t } = useWords();
  return (
    <>
      <h1>{t('safe-access.family.remove.title', { name: props.child.label })}</h1>
      <p>{t('safe-access.family.remove.text')}</p>
      <Form action={`${props.place.at}/remove`}>
        <Actions>
          <Button variant="danger" icon="trash">
            {t('safe-access.family.remove.button')}
          </Button>
          <Button href={props.place.at} variant="secondary">
            {t('safe-access.family.back')}
          </Button>
        </Actions>
      </Form>
    </>
  );
}
