import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Bdi, Breadcrumb, Button, Field, Link, Ltr } from '../../../platform/ui/index.ts';
import type { PanelData } from '../http/desk-view.ts';
import type { NoticeFacts } from '../notice/facts.ts';
import type { Typed } from './notice-card.tsx';
import { TakedownPanel } from './panel.tsx';

function Place(props: { facts: NoticeFacts }) {
  const { text } = useI18n();
  const { place } = props.facts;
  return place.kind === 'host' ? <Ltr>{place.host}</Ltr> : <Bdi>{text(place.platform)}</Bdi>;
}

/** `/desk/notices/:id`: the panel of the notice's item on a page of its own. */
export function NoticePage(props: {
  facts: NoticeFacts;
  /** As text, never as a link: nobody’s browser loads it. */
  address: string | null;
  data: PanelData;
  back: string;
  error: string | undefined;
  typed: Typed | undefined;
}) {
  const { t } = useI18n();
  return (
    <>
      <Breadcrumb
        items={[{ href: '/desk/notices', label: t('takedown.list.title') }, { label: t('takedown.notice.one') }]}
      />
      <h1>
        <Place facts={props.facts} />
      </h1>
      {props.address && (
        <p>
          <Ltr mono>{props.address}</Ltr>
        </p>
      )}
      <p>
        <Link href={`/desk/items/${props.data.item}`}>{t('takedown.notice.toItem')}</Link>
      </p>
      <TakedownPanel
        data={props.data}
        back={props.back}
        {...(props.error ? { error: props.error } : {})}
        {...(props.typed ? { typed: props.typed } : {})}
      />
    </>
  );
}

/** The text for a provider's form, ready to copy. */
export function FormTextPage(props: {
  id: string;
  facts: NoticeFacts;
  contact: string;
  letter: string;
  /** The fields of this provider's form, when operators wrote them down. */
  fields: readonly { label: string; text: string }[];
}) {
  const { t } = useI18n();
  return (
    <>
      <Breadcrumb
        items={[
          { href: '/desk/notices', label: t('takedown.list.title') },
          { href: `/desk/notices/${props.id}`, label: t('takedown.notice.one') },
          { label: t('takedown.do.text') },
        ]}
      />
      <h1>{t('takedown.byHand.title')}</h1>
      <p>{t('takedown.byHand.steps')}</p>
      <p>
        <Link href={props.contact} external>
          <Ltr mono>{props.contact}</Ltr>
        </Link>
      </p>
      {props.fields.map((f, i) => (
        <Field
          key={f.label}
          id={`prepared-${i}`}
          name={`prepared-${i}`}
          type={f.text.length > 80 ? 'textarea' : 'text'}
          label={<Bdi>{f.label}</Bdi>}
          rows={4}
          readOnly
          dir="auto"
          value={f.text}
        />
      ))}
      <Field
        name="letter"
        type="textarea"
        label={t('takedown.byHand.letter')}
        rows={24}
        readOnly
        value={props.letter}
      />
      <Actions>
        <Button href={`/desk/notices/${props.id}`} variant="secondary">
          {t('takedown.byHand.backToNotice')}
        </Button>
      </Actions>
    </>
  );
}
