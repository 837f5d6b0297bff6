import { useI18n } from '../../../platform/i18n/index.ts';
import { Button, Card, Link } from '../../../platform/ui/index.ts';
import type { EntryRow } from '../schema.ts';
import { StateTag, Target } from './tags.tsx';

/** On the page of an item: what is blocked of it, and the way to propose it. */
export function BlockingPanel(props: { item: string; entries: readonly EntryRow[]; mayPropose: boolean }) {
  const { t } = useI18n();
  return (
    <Card title={t('blocking.panel.title')} icon="ban" level={2}>
      {props.entries.length === 0 && <p>{t('blocking.panel.none')}</p>}
      {props.entries.map((row) => (
        <p key={row.id}>
          <StateTag state={row.state} /> <Target target={row.target} />{' '}
          <Link href={`/desk/blocking/${row.id}`}>{t('blocking.list.open')}</Link>
        </p>
      ))}
      {props.mayPropose && (
        <Button href={`/desk/blocking/propose/${props.item}`} variant="secondary">
          {t('blocking.propose.title')}
        </Button>
      )}
    </Card>
  );
}
