import { Actions, Button, Field, Form, type IconName, OptionGroup, Progress } from '../../../platform/ui/index.ts';
import { MATTERS, type Matter } from '../http/first-rules.ts';
import { BANDS, type Band } from '../index.ts';
import { useWords } from './parts.tsx';

const ICONS: Record<Matter, IconName> = {
  dangers: 'shield',
  search: 'search-check',
  night: 'moon',
  homework: 'book-open',
  social: 'message-circle',
  around: 'route-off',
};
const BAND_ICONS: Record<Band, IconName> = {
  'under-9': 'blocks',
  '9-12': 'backpack',
  '13-15': 'bike',
  '16-17': 'graduation-cap',
  grown: 'user',
};

export interface NewChild {
  step: 1 | 2 | 3;
  label: string;
  band: Band | undefined;
  matters: readonly Matter[];
}

/** Three questions, one on a page; what was answered goes along in the form and nowhere else. */
export function NewChildPage(props: { given: NewChild; error?: string | undefined }) {
  const { t, lang } = useWords();
  const { given } = props;
  const at = `/${lang}/family/new`;
  return (
    <Form action={at}>
      <Progress step={given.step} of={3} />
      <input type="hidden" name="step" value={String(given.step)} />
      {given.step !== 1 && <input type="hidden" name="label" value={given.label} />}
      {given.step === 3 && given.band && <input type="hidden" name="band" value={given.band} />}
      {given.step === 1 && (
        <>
          <h1 id="question">{t('safe-access.family.new.name')}</h1>
          <Field
            name="label"
            label={t('safe-access.family.new.nameLabel')}
            hint={t('safe-access.family.new.nameHint')}
            value={given.label}
            maxLength={60}
            width="half"
            required
            {...(props.error ? { error: props.error } : {})}
          />
        </>
      )}
      {given.step === 2 && (
        <OptionGroup
          heading
          name="band"
          legend={t('safe-access.family.new.band', { name: given.label })}
          hint={t('safe-access.family.new.bandHint')}
          {...(given.band ? { value: given.band } : {})}
          {...(props.error ? { error: props.error } : {})}
          options={BANDS.map((band) => ({
            value: band,
            title: t(`safe-access.family.band.${band}`),
            hint: t(`safe-access.family.bandHint.${band}`),
            icon: BAND_ICONS[band],
          }))}
        />
      )}
      {given.step === 3 && (
        <OptionGroup
          heading
          type="checkbox"
          name="matters"
          legend={t('safe-access.family.new.matters')}
          hint={t('safe-access.family.new.mattersHint')}
          value={given.matters}
          options={MATTERS.map((matter) => ({
            value: matter,
            title: t(`safe-access.family.matter.${matter}`),
            hint: t(`safe-access.family.matterHint.${matter}`),
            icon: ICONS[matter],
          }))}
        />
      )}
      <Actions>
        <Button {...(given.step === 3 ? { icon: 'check' as const } : { iconEnd: 'arrow-right' as const })}>
          {t(given.step === 3 ? 'safe-access.family.new.make' : 'safe-access.family.next')}
        </Button>
        {given.step === 1 ? (
          <Button href={`/${lang}/family`} variant="secondary">
            {t('safe-access.family.back')}
          </Button>
        ) : (
          <Button variant="secondary" name="back" value="1" formNoValidate>
            {t('safe-access.family.back')}
          </Button>
        )}
      </Actions>
    </Form>
  );
}
