import { useI18n } from '../../../platform/i18n/index.ts';
import { Card, DefinitionList, Details, Ltr } from '../../../platform/ui/index.ts';

interface Operation {
  summary?: string;
  description?: string;
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
}
export interface Schema {
  type?: string;
  properties?: Record<string, Schema & { description?: string }>;
  required?: string[];
  enum?: string[];
  items?: Schema;
  maxItems?: number;
  maxLength?: number;
  default?: unknown;
}
export interface OpenApiDocument {
  paths?: Record<string, Record<string, Operation>>;
}

function kind(schema: Schema): string {
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.type === 'array')
    return `${schema.items ? kind(schema.items) : 'any'}[]${schema.maxItems ? ` (≤ ${schema.maxItems})` : ''}`;
  return `${schema.type ?? 'any'}${schema.maxLength ? ` (≤ ${schema.maxLength})` : ''}`;
}

function Fields(props: { schema: Schema }) {
  const { t } = useI18n();
  const { schema } = props;
  const required = new Set(schema.required ?? []);
  return (
    <DefinitionList
      items={Object.entries(schema.properties ?? {}).map(([name, s]) => ({
        term: `${name}${required.has(name) && s.default === undefined ? ` · ${t('site.api.required')}` : ''}`,
        value: (
          <>
            <Ltr mono>{kind(s)}</Ltr> {s.description}
          </>
        ),
      }))}
    />
  );
}

/** The machine interface, made from its own OpenAPI document: it can't say anything else than the code does. */
export function ApiDocPage(props: { document: OpenApiDocument; origin: string }) {
  const { t } = useI18n();
  const example = `curl -X POST ${props.origin}/api/v1/reports \\
  -H 'Authorization: Bearer esk_…' -H 'Content-Type: application/json' -H 'Idempotency-Key: 2026-11-24-0001' \\
  -d '{"category":"sextortion","urls":["https://example.org/p/7"],"narrative":"…","language":"ar","danger":false,"ageBand":"12-14"}'`;
  return (
    <>
      <h1>{t('site.api.title')}</h1>
      <p>
        {t('site.api.lead')}{' '}
        <a class="link" href="/api/openapi.json">
          openapi.json
        </a>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and must do so by keyboard (WCAG 2.1.1) */}
      <pre class="code" dir="ltr" tabIndex={0}>
        {example}
      </pre>
      {Object.entries(props.document.paths ?? {}).flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, operation]) => {
          const schema = operation.requestBody?.content?.['application/json']?.schema;
          return (
            <Card key={`${method} ${path}`}>
              <h2>
                <Ltr mono>
                  {method.toUpperCase()} {path}
                </Ltr>
              </h2>
              <div lang="en" dir="ltr">
                <p>{operation.summary}</p>
                {operation.description && <p class="hint">{operation.description}</p>}
              </div>
              {schema && (
                <Details summary={t('site.api.body')}>
                  <Fields schema={schema} />
                </Details>
              )}
              {Object.entries(operation.responses ?? {}).map(([status, response]) => {
                const answer = Object.values(response.content ?? {})[0]?.schema;
                return (
                  <Details key={status} summary={<Ltr>{status}</Ltr>}>
                    {answer ? <Fields schema={answer} /> : <p>{response.description}</p>}
                  </Details>
                );
              })}
            </Card>
          );
        }),
      )}
    </>
  );
}
