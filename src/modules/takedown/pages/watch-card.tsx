import { useI18n } from '../../../platform/i18n/index.ts';
import { Button, Callout, Card, DataTable, EmptyState, Form, Ltr } from '../../../platform/ui/index.ts';
import type { PanelData } from '../http/desk-view.ts';
import { CheckTag } from './tags.tsx';

const ICON = { gone: 'circle-check', back: 'rotate-ccw', allow: 'eye' } as const;

/** The looks at an address, newest first, and what a person may say about them. */
export function WatchCard(props: { data: PanelData; back: string }) {
  const { t, date, duration } = useI18n();
  const { watch, rule, peopleOnly, may, item } = props.data;
  if (!watch) return null;
  const { row, checks } = watch;
  const say = (what: 'gone' | 'back' | 'allow') => (
    <Form action={`/desk/watch/${item}/${what}`}>
      <input type="hidden" name="back" value={props.back} />
      <Button icon={ICON[what]} variant="secondary">
        {t(`takedown.watch.${what}`)}
      </Button>
    </Form>
  );
  return (
    <Card title={t('takedown.watch.title')} icon="eye">
      <p>
        {row.state === 'gone' && row.closed_at
          ? t(row.closed_by === 'system' ? 'takedown.watch.closedByMachine' : 'takedown.watch.closedByPerson', {
              at: date(row.closed_at, 'day'),
            })
          : t(`takedown.watch.state.${row.state}`)}
      </p>
      {row.needs_leave && (
        <Callout tone="warn" level={3} title={t('takedown.watch.leaveTitle')}>
          <p>{t('takedown.watch.leave')}</p>
          {may.prepare && say('allow')}
          {may.prepare && watch.saidRemoved && say('gone')}
        </Callout>
      )}
      {row.next_check_at && !row.needs_leave && (
        <p class="hint">{t('takedown.watch.next', { at: date(row.next_check_at, 'day') })}</p>
      )}
      <p class="hint">
        {t('takedown.watch.rule', {
          checks: rule.minChecks,
          span: duration(rule.minSpanMs),
          vantages: rule.minVantages,
        })}
      </p>
      {peopleOnly && row.state === 'open' && <Callout tone="warn" level={3} title={t('takedown.watch.peopleOnly')} />}
      {watch.mayBeGone && may.prepare && row.last_state && (
        <Callout tone="help" level={3} title={t('takedown.watch.personTitle')}>
          <p>{t('takedown.watch.person')}</p>
          {say('gone')}
        </Callout>
      )}
      {watch.mayBeBack && may.prepare && (
        <Callout tone="warn" level={3} title={t('takedown.watch.backTitle')}>
          {say('back')}
        </Callout>
      )}
      <DataTable
        caption={t('takedown.watch.looks')}
        captionHidden
        rows={checks}
        rowKey={(c) => c.id}
        empty={<EmptyState icon="eye" level={3} title={t('takedown.watch.none')} />}
        columns={[
          { key: 'at', header: t('takedown.watch.at'), rowHeader: true, cell: (c) => date(c.at, 'day') },
          { key: 'state', header: t('takedown.watch.found'), cell: (c) => <CheckTag state={c.state} /> },
          { key: 'vantage', header: t('takedown.watch.vantage'), cell: (c) => <Ltr>{c.vantage}</Ltr> },
          { key: 'why', header: t('takedown.watch.why'), cell: (c) => <Ltr mono>{c.reasons.join(' ')}</Ltr> },
        ]}
      />
    </Card>
  );
}

/** An account can't be looked at: the provider's word and a second person's eyes decide. */
export function ByWordCard(props: { item: string; back: string; mayConfirm: boolean }) {
  const { t } = useI18n();
  return (
    <Callout tone="help" title={t('takedown.byWord.title')}>
      <p>{t('takedown.byWord.detail')}</p>
      {props.mayConfirm && (
        <Form action={`/desk/watch/${props.item}/gone`}>
          <input type="hidden" name="back" value={props.back} />
          <Button icon="circle-check" variant="secondary">
            {t('takedown.watch.gone')}
          </Button>
        </Form>
      )}
    </Callout>
  );
}

/** Where we can't look: those who reported it can, and a second person confirms what they or the provider say. */
export function UnseenCard(props: { data: PanelData; back: string }) {
  const { t } = useI18n();
  const { item, may, words, watch, byWord } = props.data;
  const mayConfirm = may.prepare && !byWord && (words.gone > 0 || watch?.saidRemoved === true);
  return (
    <Callout tone="help" title={t('takedown.unseen.title')}>
      <p>{t('takedown.unseen.detail')}</p>
      {words.asked > 0 && <p>{t('takedown.unseen.words', words)}</p>}
      {mayConfirm && (
        <Form action={`/desk/watch/${item}/gone`}>
          <input type="hidden" name="back" value={props.back} />
          <Button icon="circle-check" variant="secondary">
            {t('takedown.watch.gone')}
          </Button>
        </Form>
      )}
      {may.prepare && (
        <Form action={`/desk/watch/${item}/ask`}>
          <input type="hidden" name="back" value={props.back} />
          <Button icon="send" variant="secondary">
            {t('takedown.unseen.ask')}
          </Button>
        </Form>
      )}
    </Callout>
  );
}
