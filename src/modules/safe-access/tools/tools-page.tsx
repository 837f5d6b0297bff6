import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Button,
  Callout,
  Card,
  Details,
  EmptyState,
  Field,
  FilterBar,
  Icon,
  type IconName,
  Link,
  Ltr,
  Steps,
  Tag,
} from '../../../platform/ui/index.ts';
import { type ProtectiveTool, TOOL_AGES, TOOL_DEVICES, type ToolAge, type ToolDevice } from '../../country/index.ts';

/** Where a link leads, in words: people see it before they leave. */
const hostOf = (url: string) => new URL(url).hostname.replace(/^www\./, '');

function Tool(props: { tool: ProtectiveTool }) {
  const { t, text } = useI18n();
  const { tool } = props;
  return (
    <Card id={tool.id} title={text(tool.name)} icon={tool.icon as IconName}>
      <p>{text(tool.what)}</p>
      <p>
        {tool.devices.map((d) => (
          <>
            <Tag>{t(`safe-access.tools.device.${d}`)}</Tag>{' '}
          </>
        ))}
      </p>
      <Details summary={t('safe-access.tools.more')}>
        <h3>{t('safe-access.tools.steps')}</h3>
        <Steps items={tool.steps.map(text)} />
        {tool.links.length > 0 && (
          <>
            <h3>{t('safe-access.tools.links')}</h3>
            <ul>
              {tool.links.map((url) => (
                <li key={url}>
                  <Link href={url} external>
                    <Ltr>{hostOf(url)}</Ltr>
                  </Link>{' '}
                  <span class="hint">
                    <Icon name="external-link" size={16} /> {t('safe-access.tools.leaves')}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
        {!tool.verified && <p class="hint">{t('safe-access.tools.unverified')}</p>}
      </Details>
      <p>
        <strong>{t('safe-access.tools.limits')}</strong>
        <br />
        {text(tool.limits)}
      </p>
    </Card>
  );
}

/** The catalogue: what protects, on which device, for which age, and what it does not do. */
export function ToolsPage(props: {
  tools: readonly ProtectiveTool[];
  device: ToolDevice | undefined;
  age: ToolAge | undefined;
}) {
  const { t, lang } = useI18n();
  const path = `/${lang}/tools`;
  return (
    <>
      <h1>{t('safe-access.tools.title')}</h1>
      <p class="lead">{t('safe-access.tools.lead')}</p>
      <FilterBar action={path} label={t('safe-access.tools.filter')}>
        <Field
          name="device"
          type="select"
          width="half"
          label={t('safe-access.tools.device.label')}
          value={props.device ?? ''}
          placeholder={t('safe-access.tools.device.all')}
          options={TOOL_DEVICES.map((d) => ({ value: d, label: t(`safe-access.tools.device.${d}`) }))}
        />
        <Field
          name="age"
          type="select"
          width="half"
          label={t('safe-access.tools.age.label')}
          value={props.age ?? ''}
          placeholder={t('safe-access.tools.age.all')}
          options={TOOL_AGES.map((a) => ({ value: a, label: t(`safe-access.tools.age.${a}`) }))}
        />
      </FilterBar>
      {props.tools.length === 0 ? (
        <EmptyState icon="search-x" title={t('safe-access.tools.count', { count: 0 })}>
          <p>{t('safe-access.tools.emptyNext')}</p>
          <Button href={path} variant="secondary">
            {t('safe-access.tools.all')}
          </Button>
        </EmptyState>
      ) : (
        <>
          <p class="hint">{t('safe-access.tools.count', { count: props.tools.length })}</p>
          {props.tools.map((tool) => (
            <Tool key={tool.id} tool={tool} />
          ))}
        </>
      )}
      <Callout tone="help" title={t('safe-access.tools.help')}>
        <p>
          <Link href={`/${lang}/report`}>{t('safe-access.tools.report')}</Link>
        </p>
      </Callout>
    </>
  );
}
