import { type Finding, type Generated, SOFTWARE, type Software } from '../../../../packages/rpz/index.ts';
import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Field, FilterBar, Form, Link } from '../../../platform/ui/index.ts';
import type { PartnerRow } from '../schema.ts';
import { SOFTWARE_NAME } from './partner-page.tsx';
import { FindingText } from './zone-tags.tsx';

export interface ConfigChoice {
  software: Software;
  /** Folder on the resolver. */
  dir: string;
  /** For what stands in front: the resolvers behind it. */
  resolvers: string;
}

/** Why there are no files: this software would need what the contract does not allow, or the settings are wrong. */
export type ConfigFault = 'csam-needs-tsig' | 'needs-bind-for-tls' | 'needs-resolvers' | 'settings';

export interface ConfigPageProps {
  path: string;
  partner: PartnerRow;
  choice: ConfigChoice;
  made: Generated | undefined;
  fault: ConfigFault | undefined;
  /** What the doctor found; undefined while nobody asked. */
  examined: readonly Finding[] | undefined;
  pasted: string;
  /** Whether there is a key whose secret is to be put in. */
  placeholder: boolean;
}

const options = SOFTWARE.map((s) => ({ value: s, label: SOFTWARE_NAME[s] }));
const isFront = (software: Software) => software === 'dnsdist' || software === 'mikrotik';

/** Files for the partner's servers, and what a configuration that is there already does wrong. */
export function ConfigPage(props: ConfigPageProps) {
  const { t } = useI18n();
  const { choice, path, made } = props;
  return (
    <>
      <p>
        <Link href={path}>
          <bdi>{props.partner.name}</bdi>
        </Link>
      </p>
      <h1>{t('blocking.zones.config')}</h1>
      <FilterBar action={`${path}/config`} label={t('blocking.zones.software')}>
        <Field
          name="software"
          type="select"
          label={t('blocking.zones.software')}
          value={choice.software}
          options={options}
        />
        <Field name="dir" label={t('blocking.zones.dir')} value={choice.dir} dir="ltr" spellcheck={false} />
        {isFront(choice.software) && (
          <Field
            name="resolvers"
            label={t('blocking.zones.resolvers')}
            hint={t('blocking.zones.resolversHint')}
            value={choice.resolvers}
            dir="ltr"
            spellcheck={false}
          />
        )}
      </FilterBar>
      {props.fault && (
        <Callout tone="warn" title={t(`blocking.zones.configFault.${props.fault}`)}>
          {props.fault === 'csam-needs-tsig' && (
            <p>
              <Link href={`${path}/config?software=unbound-behind-knot`}>{SOFTWARE_NAME['unbound-behind-knot']}</Link>
            </p>
          )}
        </Callout>
      )}
      {made && <Files made={made} placeholder={props.placeholder} />}
      <section class="desk-list">
        <h2>{t('blocking.zones.doctor')}</h2>
        <p>{t('blocking.zones.doctorText')}</p>
        {props.examined && (
          <Callout
            tone={props.examined.length === 0 ? 'done' : 'warn'}
            title={t(props.examined.length === 0 ? 'blocking.zones.doctorNothing' : 'blocking.zones.doctorFound')}
            live
          >
            {props.examined.length > 0 && (
              <ul class="plain">
                {props.examined.map((f) => (
                  <li key={`${f.code} ${f.about}`}>
                    <FindingText finding={f} />
                  </li>
                ))}
              </ul>
            )}
          </Callout>
        )}
        <Form action={`${path}/config`}>
          <Field
            name="software"
            id="f-doctor-software"
            type="select"
            width="half"
            label={t('blocking.zones.software')}
            value={choice.software}
            options={options}
          />
          <Field
            name="text"
            type="textarea"
            rows={10}
            label={t('blocking.zones.paste')}
            hint={t('blocking.zones.pasteHint')}
            value={props.pasted}
            dir="ltr"
            spellcheck={false}
            required
          />
          <Actions>
            <Button icon="stethoscope">{t('blocking.zones.examine')}</Button>
          </Actions>
        </Form>
      </section>
    </>
  );
}

/** The files to put in, each whole, and what there is to know. */
function Files(props: { made: Generated; placeholder: boolean }) {
  const { t } = useI18n();
  return (
    <section class="desk-list">
      {props.placeholder && <p class="hint">{t('blocking.zones.placeholder')}</p>}
      {props.made.notes.length > 0 && (
        <>
          <h2>{t('blocking.zones.notes')}</h2>
          <ul class="plain">
            {props.made.notes.map((note) => (
              <li key={note}>{t(`blocking.zones.note.${note}`)}</li>
            ))}
          </ul>
        </>
      )}
      {props.made.files.map((file) => (
        <section key={file.name}>
          <h3>
            <bdi dir="ltr" class="mono">
              {file.name}
            </bdi>
          </h3>
          <Code label={file.name} text={file.text} />
        </section>
      ))}
    </section>
  );
}

/** Text to copy; its long lines are reached by keyboard too. */
function Code(props: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scroll" dir="ltr" tabIndex={0} aria-label={props.label}>
      <pre class="file-lines" dir="ltr">
        {props.text}
      </pre>
    </section>
  );
}

/** A key in the one moment in which its secret can be seen. */
export function NewKeyPage(props: {
  path: string;
  partner: PartnerRow;
  name: string;
  algorithm: string;
  secret: string;
  software: Software;
  made: Generated | undefined;
}) {
  const { t } = useI18n();
  return (
    <>
      <p>
        <Link href={props.path}>
          <bdi>{props.partner.name}</bdi>
        </Link>
      </p>
      <h1>{t('blocking.zones.newKey')}</h1>
      <Callout tone="warn" title={t('blocking.zones.onceTitle')} live>
        <p>{t('blocking.zones.onceText')}</p>
      </Callout>
      <Code
        label={t('blocking.zones.key')}
        text={`name       ${props.name}\nalgorithm  ${props.algorithm}\nsecret     ${props.secret}`}
      />
      {props.made && (
        <>
          <h2>{SOFTWARE_NAME[props.software]}</h2>
          <Files made={props.made} placeholder={false} />
        </>
      )}
      <p>{t('blocking.zones.onceNext')}</p>
      <div class="actions">
        <Button href={props.path}>{t('blocking.zones.backToPartner')}</Button>
      </div>
    </>
  );
}
