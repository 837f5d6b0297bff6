import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Button,
  Callout,
  Card,
  DataTable,
  EmptyState,
  FigureCard,
  FigureRow,
  Tag,
} from '../../../platform/ui/index.ts';
import type { LawLabData } from '../http/law-lab-view.ts';

/** Why cases stand still, and what would free them: numbers for those who can change it. */
export function LawLabPage(props: { data: LawLabData }) {
  const { t, text, number, duration, regionName } = useLab();
  const { data } = props;
  const days = (ms: number) => duration(ms);
  return (
    <>
      <h1>{t('takedown.lab.title')}</h1>
      <p>{t('takedown.lab.intro')}</p>
      <Callout tone="warn" level={2} title={t('takedown.lab.verifyTitle')}>
        <p>{t('takedown.lab.verify')}</p>
      </Callout>
      {data.cases === 0 ? (
        <EmptyState icon="scale" title={t('takedown.lab.none')} />
      ) : (
        <>
          <FigureRow>
            <FigureCard label={t('takedown.lab.cases')} value={number(data.cases)} />
            <FigureCard label={t('takedown.lab.confirmedCases')} value={number(data.confirmed)} />
            <FigureCard label={t('takedown.lab.median')} value={days(data.medianMs)} />
          </FigureRow>
          <p>
            <Button href="/desk/law-lab.csv" icon="download" variant="secondary">
              {t('takedown.lab.csv')}
            </Button>
          </p>
          <Card title={t('takedown.lab.greedy')} icon="list-ordered">
            <p class="hint">{t('takedown.lab.greedyHint')}</p>
            <DataTable
              caption={t('takedown.lab.greedy')}
              captionHidden
              rows={data.greedy}
              rowKey={(r) => r.id}
              empty={<EmptyState icon="scale" level={3} title={t('takedown.lab.noChange')} />}
              columns={[
                {
                  key: 'n',
                  header: t('takedown.lab.order'),
                  cell: (r) => number(data.greedy.indexOf(r) + 1),
                  numeric: true,
                },
                { key: 'name', header: t('takedown.lab.change'), cell: (r) => text(r.name), rowHeader: true },
                { key: 'more', header: t('takedown.lab.more'), cell: (r) => number(r.more), numeric: true },
                { key: 'total', header: t('takedown.lab.total'), cell: (r) => number(r.total), numeric: true },
              ]}
            />
          </Card>
          <Card title={t('takedown.lab.changes')} icon="scale">
            <p class="hint">{t('takedown.lab.changesHint')}</p>
            <DataTable
              caption={t('takedown.lab.changes')}
              captionHidden
              rows={data.changes}
              rowKey={(r) => r.id}
              columns={[
                { key: 'name', header: t('takedown.lab.change'), cell: (r) => text(r.name), rowHeader: true },
                {
                  key: 'kind',
                  header: t('takedown.lab.kind'),
                  cell: (r) => <Tag>{t(`takedown.lab.kinds.${r.kind}`)}</Tag>,
                },
                { key: 'alone', header: t('takedown.lab.alone'), cell: (r) => number(r.alone), numeric: true },
                { key: 'touches', header: t('takedown.lab.touches'), cell: (r) => number(r.touches), numeric: true },
              ]}
            />
          </Card>
          <Card title={t('takedown.lab.stoppers')} icon="list">
            <DataTable
              caption={t('takedown.lab.stoppers')}
              captionHidden
              rows={data.stoppers}
              rowKey={(r) => r.id}
              columns={[
                { key: 'name', header: t('takedown.lab.stopper'), cell: (r) => text(r.name), rowHeader: true },
                { key: 'cases', header: t('takedown.lab.cases'), cell: (r) => number(r.cases), numeric: true },
                {
                  key: 'confirmed',
                  header: t('takedown.lab.confirmed'),
                  cell: (r) => number(r.confirmed),
                  numeric: true,
                },
                { key: 'only', header: t('takedown.lab.only'), cell: (r) => number(r.only), numeric: true },
                { key: 'median', header: t('takedown.lab.median'), cell: (r) => days(r.medianMs), numeric: true },
              ]}
            />
          </Card>
          <Card title={t('takedown.lab.countries')} icon="globe">
            <DataTable
              caption={t('takedown.lab.countries')}
              captionHidden
              rows={data.countries}
              rowKey={(r) => r.country ?? '-'}
              columns={[
                {
                  key: 'country',
                  header: t('takedown.lab.country'),
                  cell: (r) => (r.country ? regionName(r.country) : t('takedown.lab.unknown')),
                  rowHeader: true,
                },
                { key: 'cases', header: t('takedown.lab.cases'), cell: (r) => number(r.cases), numeric: true },
                { key: 'median', header: t('takedown.lab.median'), cell: (r) => days(r.medianMs), numeric: true },
                {
                  key: 'most',
                  header: t('takedown.lab.mostOften'),
                  cell: (r) => (r.most ? text(r.most) : ''),
                },
              ]}
            />
          </Card>
        </>
      )}
    </>
  );
}

/** The languages' own names of countries; the code where there is none. */
function useLab() {
  const i18n = useI18n();
  const names = new Intl.DisplayNames([i18n.lang === 'zgh' ? 'fr' : i18n.lang], { type: 'region' });
  return { ...i18n, regionName: (code: string) => names.of(code) ?? code };
}
