import { useI18n } from '../../../../platform/i18n/index.ts';
import {
  Actions,
  Breadcrumb,
  Button,
  Callout,
  Checkbox,
  ErrorSummary,
  Field,
  Form,
  Link,
} from '../../../../platform/ui/index.ts';
import { CATEGORY_NAMES } from '../../profile/rules.ts';
import { KNOWN_SOURCES } from '../known-sources.ts';
import { FORMATS } from '../source.ts';

/** What the form holds, as it was typed. */
export interface TypedList {
  id: string;
  title: string;
  origin: string;
  address: string;
  format: string;
  category: string;
  categories: string;
  below: boolean;
  licence: string;
  attribution: string;
}

export function NewListPage(props: { typed: TypedList; wrong: readonly string[]; error?: string | undefined }) {
  const { t } = useI18n();
  const { typed } = props;
  const wrong = (field: string) => (props.wrong.includes(field) ? t(`safe-access.lists.wrong.${field}`) : undefined);
  const label = (field: string) => t(`safe-access.lists.field.${field}`);
  const known = (field: string) => ({ ...(wrong(field) ? { error: wrong(field) as string } : {}) });
  return (
    <>
      <Breadcrumb
        items={[
          { label: t('safe-access.lists.title'), href: '/desk/lists' },
          { label: t('safe-access.lists.add.title') },
        ]}
      />
      <h1>{t('safe-access.lists.add.title')}</h1>
      <Callout tone="help" title={t('safe-access.lists.add.licence')}>
        <p>{t('safe-access.lists.add.known')}</p>
        <ul>
          {KNOWN_SOURCES.map((k) => (
            <li key={k.id}>
              <Link href={`/desk/lists/new?from=${k.id}`}>{k.title}</Link>
            </li>
          ))}
        </ul>
      </Callout>
      <ErrorSummary
        errors={[
          ...props.wrong.map((field) => ({ field, message: t(`safe-access.lists.wrong.${field}`) })),
          ...(props.error ? [{ field: 'id', message: props.error }] : []),
        ]}
      />
      <Form action="/desk/lists">
        <Field name="title" label={label('title')} value={typed.title} required maxLength={200} {...known('title')} />
        <Field
          name="id"
          label={label('id')}
          value={typed.id}
          hint={t('safe-access.lists.add.idHint')}
          dir="ltr"
          required
          maxLength={60}
          {...known('id')}
        />
        <Field
          name="origin"
          type="select"
          label={label('origin')}
          value={typed.origin}
          options={(['address', 'upload'] as const).map((o) => ({
            value: o,
            label: t(`safe-access.lists.origin.${o}`),
          }))}
        />
        <Field name="address" type="url" label={label('address')} value={typed.address} {...known('address')} />
        <Field
          name="format"
          type="select"
          label={label('format')}
          value={typed.format}
          options={FORMATS.map((f) => ({ value: f, label: t(`safe-access.lists.format.${f}`) }))}
        />
        <Field
          name="category"
          type="select"
          label={label('category')}
          value={typed.category}
          placeholder={t('safe-access.lists.categoryMixed')}
          options={CATEGORY_NAMES.map((c) => ({ value: c, label: t(`safe-access.lists.category.${c}`) }))}
          {...known('category')}
        />
        <Field
          name="categories"
          type="textarea"
          label={label('categories')}
          hint={t('safe-access.lists.add.categoriesHint', { names: CATEGORY_NAMES.join(', ') })}
          value={typed.categories}
          dir="ltr"
          optional
          spellcheck={false}
          {...known('categories')}
        />
        <Checkbox
          name="below"
          label={label('below')}
          hint={t('safe-access.lists.add.belowHint')}
          checked={typed.below}
        />
        <Field
          name="licence"
          label={label('licence')}
          value={typed.licence}
          hint={t('safe-access.lists.add.licenceHint')}
          required
          maxLength={300}
          {...known('licence')}
        />
        <Field
          name="attribution"
          label={label('attribution')}
          value={typed.attribution}
          maxLength={500}
          optional
          {...known('attribution')}
        />
        <p class="hint">{t('safe-access.lists.add.off')}</p>
        <Actions>
          <Button>{t('safe-access.lists.add.do')}</Button>
        </Actions>
      </Form>
    </>
  );
}
