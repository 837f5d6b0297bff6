import { LANGS, type Lang, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  Card,
  Checkbox,
  DefinitionList,
  Form,
  Link,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import type { LetterKind } from '../letter/letter.ts';
import type { NoticeFacts } from '../notice/facts.ts';
import type { NoticeState } from '../notice/notice.ts';
import type { Withheld } from '../notice/places.ts';

/** One notice of a letter, as its provider may see it. */
export interface LetterItem {
  facts: NoticeFacts;
  state: NoticeState;
  /** Absent where it is withheld, and for accounts: their page names them. */
  url: string | undefined;
  withheld: Withheld | undefined;
  /** `received` or `removed` can still be said. */
  open: boolean;
  /** There is a machine-readable file of it. */
  xarf: boolean;
}

export interface LetterPageProps {
  /** Of this page: answers go back to it. */
  path: string;
  kind: LetterKind;
  items: readonly LetterItem[];
}

const NAMES: Record<Lang, string> = { ar: 'العربية', fr: 'Français', en: 'English', zgh: 'ⵜⴰⵎⴰⵣⵉⵖⵜ' };

const DONE: readonly NoticeState[] = ['closed', 'removed'];

function Item(props: { item: LetterItem; path: string }) {
  const { t, text } = useI18n();
  const { item } = props;
  const { facts } = item;
  const place = facts.place.kind === 'host' ? facts.place.host : text(facts.place.platform);
  return (
    <Card title={place} icon="map-pin" level={3}>
      {item.open && (
        <Checkbox
          id={`notice-${facts.id}`}
          name="notice"
          value={facts.id}
          checked
          label={t('takedown.letter.page.answerFor')}
        />
      )}
      {item.state !== 'sent' && (
        <p>
          <Tag tone={DONE.includes(item.state) ? 'done' : 'neutral'}>
            {t(`takedown.letter.page.state.${item.state}`)}
          </Tag>
        </p>
      )}
      {item.url !== undefined && (
        <p>
          <code class="ltr mono" dir="ltr" data-reported-url={item.url}>
            {item.url}
          </code>
        </p>
      )}
      <DefinitionList
        compact
        items={[
          { term: t('takedown.letter.category'), value: text(facts.category) },
          ...(facts.purpose === 'removal'
            ? [
                {
                  term: t('takedown.letter.deadline'),
                  value: t('takedown.letter.deadlineHours', { hours: facts.deadlineHours }),
                },
              ]
            : []),
          { term: t('takedown.letter.reference'), value: <Ltr mono>{facts.id}</Ltr> },
        ]}
      />
      {(item.withheld === 'not-them' || item.withheld === 'elsewhere') && (
        <p class="hint">{t(`takedown.page.withheld.${item.withheld}`)}</p>
      )}
      <p>
        {item.withheld !== 'elsewhere' && <Link href={facts.link}>{t('takedown.letter.page.own')}</Link>}
        {item.xarf && item.url !== undefined && (
          <>
            {' · '}
            <Link href={`${props.path}/xarf/${facts.id}.json`}>{t('takedown.letter.page.xarf')}</Link>
          </>
        )}
      </p>
    </Card>
  );
}

/** `/notice/letter/:token`: the notices of one letter, to be answered together or one by one. */
export function LetterPage(props: LetterPageProps) {
  const { t, lang } = useI18n();
  const { items, path } = props;
  const open = items.filter((i) => i.open);
  const asked = items.some((i) => i.url !== undefined);
  const list = items.map((item) => <Item key={item.facts.id} item={item} path={path} />);
  return (
    <>
      <nav class="actions" aria-label={t('ui.language.label')}>
        {LANGS.filter((l) => l !== lang).map((l) => (
          <a key={l} class="btn btn-quiet btn-small" href={`${path}?lang=${l}`} hreflang={l} lang={l}>
            <span>{NAMES[l]}</span>
          </a>
        ))}
      </nav>
      <h1>{t(props.kind === 'request' ? 'takedown.letter.page.title' : 'takedown.letter.page.titleTakenBack')}</h1>
      <p>{t('takedown.letter.page.intro', { count: items.length })}</p>
      {open.length === 0 && <Callout tone="help" title={t('takedown.letter.page.nothingOpen')} />}
      {asked && (
        <p>
          <Link href={`${path}/notices.csv`}>{t('takedown.letter.page.csv')}</Link>
        </p>
      )}
      {open.length === 0 ? (
        list
      ) : (
        <Form action={`${path}?lang=${lang}`}>
          {list}
          <p class="hint">{t('takedown.letter.page.hint')}</p>
          <Actions>
            <Button name="answer" value="removed" icon="circle-check">
              {t('takedown.page.removed')}
            </Button>
            <Button name="answer" value="received" icon="inbox" variant="secondary">
              {t('takedown.page.received')}
            </Button>
          </Actions>
          <p class="hint">{t('takedown.page.removedHint')}</p>
        </Form>
      )}
    </>
  );
}
