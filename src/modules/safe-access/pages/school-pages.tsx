import { Actions, Button, Callout, Card, DataTable, EmptyState, Field, Form, Tag } from '../../../platform/ui/index.ts';
import type { ClassLine, FileFault } from '../http/classes-csv.ts';
import type { Done } from '../http/deps.ts';
import { BANDS, type Profile } from '../index.ts';
import { DoneNote, HoldingWords, Refusal, Tap, TellBox, useWords } from './parts.tsx';

/** A teacher's page: one profile for each class. */
export function SchoolPage(props: { classes: readonly Profile[]; now: Date; done: Done | undefined }) {
  const { t, lang } = useWords();
  return (
    <>
      <h1>{t('safe-access.family.school.title')}</h1>
      <DoneNote done={props.done} />
      <p>{t('safe-access.family.school.lead')}</p>
      {props.classes.length === 0 ? (
        <EmptyState icon="school" title={t('safe-access.family.school.empty')}>
          <p>{t('safe-access.family.school.emptyText')}</p>
        </EmptyState>
      ) : (
        props.classes.map((item) => (
          <section key={item.id} class="card child" aria-labelledby={`k-${item.id}`}>
            <div class="child-head">
              <h2 id={`k-${item.id}`}>
                <a class="link" href={`/${lang}/school/class/${item.id}`}>
                  <bdi>{item.label}</bdi>
                </a>
              </h2>
              <Tag>{t(`safe-access.family.band.${item.band}`)}</Tag>
            </div>
            <HoldingWords holding={item.holding} rules={item.rules} now={props.now} />
          </section>
        ))
      )}
      <Actions>
        <Button href={`/${lang}/school/import`} icon="file-up">
          {t('safe-access.family.school.import')}
        </Button>
      </Actions>
      <TellBox />
      <Tap action="/desk/sign-out" variant="quiet" icon="log-out">
        {t('safe-access.family.home.signOut')}
      </Tap>
    </>
  );
}

/** Pasted from a spreadsheet; shown line by line before anything is made. */
export function ImportPage(props: {
  text: string;
  lines: readonly ClassLine[] | undefined;
  fault: FileFault | undefined;
  error?: string | undefined;
}) {
  const { t, lang, number } = useWords();
  const { lines } = props;
  const wrong = lines?.filter((line) => line.fault).length ?? 0;
  return (
    <>
      <h1>{t('safe-access.family.school.import')}</h1>
      <p>{t('safe-access.family.school.importLead')}</p>
      <pre class="code" dir="ltr">
        {'class,band,lang\n6A,9-12,ar\n3B,13-15,fr'}
      </pre>
      <p class="hint">{t('safe-access.family.school.bands')}</p>
      <ul class="plain">
        {BANDS.map((band) => (
          <li key={band}>
            <code dir="ltr">{band}</code> · {t(`safe-access.family.band.${band}`)}
          </li>
        ))}
      </ul>
      <Refusal error={props.error} />
      <Form action={`/${lang}/school/import`}>
        <Field
          name="csv"
          type="textarea"
          dir="ltr"
          rows={8}
          label={t('safe-access.family.school.csv')}
          value={props.text}
          {...(props.fault ? { error: t(`safe-access.family.school.fault.${props.fault}`) } : {})}
        />
        <Actions>
          <Button variant="secondary" icon="eye" name="do" value="look">
            {t('safe-access.family.school.preview')}
          </Button>
          <Button href={`/${lang}/school`} variant="quiet">
            {t('safe-access.family.back')}
          </Button>
        </Actions>
      </Form>
      {lines && (
        <Card title={t('safe-access.family.school.previewTitle', { n: lines.length })} icon="eye">
          {wrong > 0 && (
            <Callout tone="warn">
              <p>{t('safe-access.family.school.wrong', { n: wrong })}</p>
            </Callout>
          )}
          <DataTable
            caption={t('safe-access.family.school.preview')}
            captionHidden
            rows={lines}
            rowKey={(line) => String(line.line)}
            danger={(line) => line.fault !== undefined}
            columns={[
              {
                key: 'line',
                header: t('safe-access.family.school.line'),
                numeric: true,
                cell: (line) => number(line.line),
              },
              {
                key: 'class',
                header: t('safe-access.family.school.class'),
                rowHeader: true,
                cell: (line) => <bdi>{line.cells.class}</bdi>,
              },
              {
                key: 'band',
                header: t('safe-access.family.school.band'),
                cell: (line) => <bdi dir="ltr">{line.cells.band}</bdi>,
              },
              {
                key: 'fault',
                header: t('safe-access.family.school.result'),
                cell: (line) =>
                  line.fault ? (
                    <Tag tone="danger" icon="circle-alert">
                      {t(`safe-access.family.school.row.${line.fault}`)}
                    </Tag>
                  ) : (
                    <Tag tone="done" icon="check">
                      {t('safe-access.family.school.row.good')}
                    </Tag>
                  ),
              },
            ]}
          />
          {wrong === 0 && (
            <Tap
              action={`/${lang}/school/import`}
              fields={{ csv: props.text, do: 'make' }}
              variant="primary"
              icon="check"
            >
              {t('safe-access.family.school.make', { n: lines.length })}
            </Tap>
          )}
        </Card>
      )}
    </>
  );
}
