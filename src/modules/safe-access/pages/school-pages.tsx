import {
  Actions,
  Button,
  Callout,
  Card,
  CsrfField,
  DataTable,
  EmptyState,
  Field,
  FileField,
  Link,
  Tag,
} from '../../../platform/ui/index.ts';
import type { CellProblem, ClassLine, Column, FileProblem } from '../http/classes-csv.ts';
import type { Done } from '../http/deps.ts';
import { BANDS, type Profile, type SchoolNetworks } from '../index.ts';
import { SchoolLines } from './child-page.tsx';
import { DoneNote, HoldingWords, NetworkList, Refusal, Tap, TellBox, useWords } from './parts.tsx';

/** A teacher's page: one profile for each class. */
export function SchoolPage(props: {
  classes: readonly Profile[];
  networks: SchoolNetworks;
  now: Date;
  done: Done | undefined;
}) {
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
            <p class="hint">
              <ClassNetworks networks={props.networks.classes.get(item.id) ?? []} />
            </p>
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

function ClassNetworks(props: { networks: readonly string[] }) {
  const { t } = useWords();
  if (props.networks.length === 0) return <>{t('safe-access.family.network.none')}</>;
  return (
    <>
      {t('safe-access.family.network.label')} <NetworkList networks={props.networks} />
    </>
  );
}

/** From a spreadsheet, as a file or pasted; shown line by line before anything is made, and corrected where it stands. */
export function ImportPage(props: {
  text: string;
  /** The school's lines, of which classes have a part. */
  own: readonly string[];
  lines: readonly ClassLine[] | undefined;
  problem?: FileProblem | undefined;
  error?: string | undefined;
}) {
  const { t, lang } = useWords();
  const { lines } = props;
  const action = `/${lang}/school/import`;
  return (
    <>
      <h1>{t('safe-access.family.school.import')}</h1>
      <p>{t('safe-access.family.school.importLead')}</p>
      <Refusal error={props.error} />
      {lines && <Preview lines={lines} text={props.text} action={action} />}
      <form method="post" action={action} enctype="multipart/form-data" class="form">
        <CsrfField />
        <FileField
          name="file"
          label={t('safe-access.family.school.file')}
          hint={t('safe-access.family.school.fileHint')}
          accept=".csv,.txt,.tsv,text/csv,text/plain"
        />
        <Field
          name="csv"
          type="textarea"
          dir="ltr"
          rows={8}
          label={t('safe-access.family.school.csv')}
          value={props.text}
          spellcheck={false}
          {...(props.problem ? { error: fileProblem(t, props.problem) } : {})}
        />
        <Actions>
          <Button variant={lines?.every(isGood) ? 'secondary' : 'primary'} icon="eye" name="do" value="look">
            {t('safe-access.family.school.preview')}
          </Button>
          <Button href={`/${lang}/school`} variant="quiet">
            {t('safe-access.family.back')}
          </Button>
        </Actions>
      </form>
      <Card title={t('safe-access.family.school.how')} icon="info">
        <pre class="code" dir="ltr">
          {'class,band,lang,network\n6A,9-12,ar,203.0.113.0/28\n3B,13-15,fr,2001:db8:1::/64'}
        </pre>
        <p>
          <Link href={`${action}/example.csv`}>{t('safe-access.family.school.example')}</Link>
        </p>
        <ul class="sentences">
          {(['class', 'band', 'lang', 'network'] as const).map((column) => (
            <li key={column}>
              <code dir="ltr">{column}</code>
              {t('safe-access.family.colon')} {t(`safe-access.family.school.columnHint.${column}`)}
            </li>
          ))}
        </ul>
        <p class="hint">{t('safe-access.family.school.bands')}</p>
        <ul class="plain">
          {BANDS.map((band) => (
            <li key={band}>
              <code dir="ltr">{band}</code> · {t(`safe-access.family.band.${band}`)}
            </li>
          ))}
        </ul>
        <SchoolLines lines={props.own} />
      </Card>
    </>
  );
}

type Translate = ReturnType<typeof useWords>['t'];

const isGood = (line: ClassLine) => line.problems.length === 0;

const fileProblem = (t: Translate, { fault, line, what }: FileProblem): string =>
  t(`safe-access.family.school.fault.${fault}`, { line: line ?? 0, what: what ?? '' });

/** What would be made of the file; nothing is before every line is good. */
function Preview(props: { lines: readonly ClassLine[]; text: string; action: string }) {
  const { t, number } = useWords();
  const { lines } = props;
  const wrong = lines.filter((line) => !isGood(line));
  const fresh = lines.filter((line) => !line.known).length;
  const column = (name: Column) => t(`safe-access.family.school.column.${name}`);
  const state = (line: ClassLine) => (line.known ? 'known' : 'good');
  return (
    <Card title={t('safe-access.family.school.previewTitle', { n: lines.length })} icon="eye">
      {wrong.length > 0 && (
        <Callout tone="warn" live title={t('safe-access.family.school.wrong', { n: wrong.length })}>
          <ul class="sentences">
            {wrong.flatMap((line) =>
              line.problems.map((problem) => (
                <li key={`${line.line}-${problem.column}-${problem.fault}`}>
                  <strong>
                    {t('safe-access.family.school.place', { line: line.line, column: column(problem.column) })}
                  </strong>
                  {t('safe-access.family.colon')} <ProblemWords problem={problem} />
                </li>
              )),
            )}
          </ul>
        </Callout>
      )}
      <DataTable
        caption={t('safe-access.family.school.preview')}
        captionHidden
        rows={lines}
        rowKey={(line) => String(line.line)}
        danger={(line) => !isGood(line)}
        columns={[
          {
            key: 'line',
            header: t('safe-access.family.school.line'),
            numeric: true,
            cell: (line) => number(line.line),
          },
          { key: 'class', header: column('class'), rowHeader: true, cell: (line) => <bdi>{line.cells.class}</bdi> },
          { key: 'band', header: column('band'), cell: (line) => <bdi dir="ltr">{line.cells.band}</bdi> },
          {
            key: 'network',
            header: column('network'),
            cell: (line) => <NetworkList networks={isGood(line) ? (line.networks ?? []) : [line.cells.network]} />,
          },
          {
            key: 'result',
            header: t('safe-access.family.school.result'),
            cell: (line) =>
              isGood(line) ? (
                <Tag tone="done" icon="check">
                  {t(`safe-access.family.school.row.${state(line)}`)}
                </Tag>
              ) : (
                <Tag tone="danger" icon="circle-alert">
                  {t('safe-access.family.school.row.wrong', { n: line.problems.length })}
                </Tag>
              ),
          },
        ]}
      />
      {fresh < lines.length && <p class="hint">{t('safe-access.family.school.knownText')}</p>}
      {wrong.length === 0 && (
        <Tap action={props.action} fields={{ csv: props.text, do: 'make' }} variant="primary" icon="check">
          {fresh > 0
            ? t('safe-access.family.school.make', { n: fresh })
            : t('safe-access.family.school.change', { n: lines.length })}
        </Tap>
      )}
    </Card>
  );
}

function ProblemWords(props: { problem: CellProblem }) {
  const { t } = useWords();
  const { fault, value, other } = props.problem;
  return (
    <>
      {value !== '' && (
        <>
          <code>
            <bdi>{value}</bdi>
          </code>{' '}
        </>
      )}
      {t(`safe-access.family.school.cell.${fault}`, { other })}
    </>
  );
}
