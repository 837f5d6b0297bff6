import { useI18n } from '../../../platform/i18n/index.ts';
import { Bdi, Button, Card, CsrfField, DefinitionList, EmptyState, Ltr, Tag } from '../../../platform/ui/index.ts';
import { DangerKind } from './item-reports.tsx';
import { readAddress } from './words.tsx';

export interface UnfinishedView {
  id: string;
  category: string | undefined;
  danger: boolean;
  kinds: readonly string[];
  links: readonly string[];
  /** How many; their names stay sealed. */
  accounts: number;
  touchedAt: Date;
  opened: readonly { platform: string; name: string }[] | undefined;
}

function DraftCard(props: { draft: UnfinishedView; now: Date }) {
  const tr = useI18n();
  const { t } = tr;
  const { draft } = props;
  return (
    <Card
      level={2}
      id={`draft-${draft.id}`}
      title={t('casework.unfinished.stopped', { span: tr.duration(props.now.getTime() - draft.touchedAt.getTime()) })}
    >
      {draft.danger && (
        <p class="flex flex-wrap gap-2">
          <Tag tone="danger" icon="siren">
            {t('casework.report.danger')}
          </Tag>
          {draft.kinds.map((kind) => (
            <Tag key={kind} tone="danger">
              <DangerKind kind={kind} />
            </Tag>
          ))}
        </p>
      )}
      <DefinitionList
        compact
        items={[
          { term: t('casework.field.category'), value: draft.category ?? t('casework.danger.noCategory') },
          {
            term: t('casework.unfinished.links'),
            value:
              draft.links.length === 0 ? (
                t('casework.figures.none')
              ) : (
                <ul>
                  {draft.links.map((link) => (
                    <li key={link}>
                      <Ltr>{readAddress(link)}</Ltr>
                    </li>
                  ))}
                </ul>
              ),
          },
          {
            term: t('casework.unfinished.accounts'),
            value: draft.opened ? (
              <ul>
                {draft.opened.map((a, i) => (
                  <li key={i}>
                    {a.platform} · <Bdi>{a.name}</Bdi>
                  </li>
                ))}
              </ul>
            ) : (
              tr.number(draft.accounts)
            ),
          },
        ]}
      />
      {draft.accounts > 0 && !draft.opened && (
        <form method="post" action={`/desk/unfinished/${draft.id}/accounts`}>
          <CsrfField />
          <Button variant="secondary" small icon="eye">
            {t('casework.account.open')}
          </Button>
        </form>
      )}
    </Card>
  );
}

/** Reports that were begun and never sent: only what helps to find the content or the danger is left of them. */
export function UnfinishedPage(props: { drafts: readonly UnfinishedView[]; now: Date }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('casework.unfinished.title')}</h1>
      <p class="hint">{t('casework.unfinished.what')}</p>
      {props.drafts.length === 0 ? (
        <EmptyState icon="file-clock" title={t('casework.unfinished.none')}>
          <p>{t('casework.unfinished.noneNext')}</p>
        </EmptyState>
      ) : (
        props.drafts.map((draft) => <DraftCard key={draft.id} draft={draft} now={props.now} />)
      )}
    </>
  );
}
