import { useI18n } from '../../../platform/i18n/index.ts';
import { Button, Callout, Card, CsrfField, Details, Field, Form, Tag } from '../../../platform/ui/index.ts';
import { ItemName, StateTag } from '../pages/words.tsx';
import { EDGE_KINDS, type EdgeKind, type ItemRow } from '../schema.ts';
import type { TreeNode } from './tree.ts';

export interface TreeCardProps {
  item: ItemRow;
  above: readonly { item: ItemRow; kind: EdgeKind }[];
  below: readonly TreeNode[];
  /** An item's app as people call it. */
  platform(item: ItemRow): string;
  mayEdit: boolean;
  /** Whether this person may judge, and there is a judgement to apply. */
  mayApply: boolean;
  error?: string | undefined;
  typed?: { url: string; kind: string } | undefined;
}

const FORM = 'tree-apply';

function Branch(props: TreeCardProps & { parent: string; path: readonly string[] }) {
  const { t } = useI18n();
  const children = props.below.filter((n) => n.parent === props.parent);
  if (children.length === 0 || props.path.length > 20) return null;
  return (
    <ul class="grid gap-3 border-line border-s-2 ps-4">
      {children.map((n) => (
        <li key={n.item.id} class="grid gap-2">
          <span class="flex flex-wrap items-center gap-2">
            <Tag>{t(`casework.tree.kind.${n.kind}`)}</Tag>
            <a class="link [overflow-wrap:anywhere]" href={`/desk/items/${n.item.id}`}>
              <ItemName item={n.item} platform={props.platform(n.item)} max={60} />
            </a>
            <StateTag state={n.item.state} />
            {props.mayApply && n.item.state === 'waiting' && (
              <label class="check text-sm">
                <input type="checkbox" form={FORM} name="child" value={n.item.id} />
                <span>{t('casework.tree.choose')}</span>
              </label>
            )}
            {props.mayEdit && (
              <form method="post" action={`/desk/items/${n.parent}/tree/remove`}>
                <CsrfField />
                <input type="hidden" name="child" value={n.item.id} />
                <input type="hidden" name="to" value={`/desk/items/${props.item.id}#tree`} />
                <Button variant="quiet" small>
                  {t('casework.tree.remove')}
                </Button>
              </form>
            )}
          </span>
          <Branch {...props} parent={n.item.id} path={[...props.path, n.item.id]} />
        </li>
      ))}
    </ul>
  );
}

/** What the item is part of and what belongs to it; more can be added, and a judgement applied to what is chosen. */
export function TreeCard(props: TreeCardProps) {
  const { t } = useI18n();
  const { item } = props;
  const choosable = props.mayApply && props.below.some((n) => n.item.state === 'waiting');
  return (
    <Card title={t('casework.tree.title')} icon="network" id="tree">
      {props.error && <Callout tone="danger" title={props.error} level={3} live />}
      {props.above.map((a) => (
        <p key={a.item.id}>
          {t(`casework.tree.of.${a.kind}`)}{' '}
          <a class="link" href={`/desk/items/${a.item.id}`}>
            <ItemName item={a.item} platform={props.platform(a.item)} max={60} />
          </a>
        </p>
      ))}
      {props.below.length === 0 ? (
        <p class="hint">{t('casework.tree.empty')}</p>
      ) : (
        <Branch {...props} parent={item.id} path={[item.id]} />
      )}
      {choosable && (
        <Form action={`/desk/items/${item.id}/tree/assess`} id={FORM}>
          <p class="hint">{t('casework.tree.applyHint')}</p>
          <Button variant="secondary" icon="gavel">
            {t('casework.tree.apply')}
          </Button>
        </Form>
      )}
      {props.mayEdit && (
        <Details summary={t('casework.tree.add')} open={props.typed !== undefined}>
          <Form action={`/desk/items/${item.id}/tree`}>
            <Field
              name="url"
              id="f-tree-url"
              label={t('casework.field.address')}
              dir="ltr"
              value={props.typed?.url ?? ''}
              maxLength={2100}
            />
            <Field
              name="kind"
              id="f-tree-kind"
              type="select"
              label={t('casework.field.kind')}
              value={props.typed?.kind ?? 'media'}
              options={EDGE_KINDS.map((k) => ({ value: k, label: t(`casework.tree.kind.${k}`) }))}
            />
            <Button variant="secondary">{t('casework.tree.add')}</Button>
          </Form>
        </Details>
      )}
    </Card>
  );
}
