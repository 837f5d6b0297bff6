import { DataTable, EmptyState } from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import type { Contest } from '../index.ts';
import { DoneNote, Refusal, Tap, useWords } from './parts.tsx';

/** What people say is in the wrong category: nobody knows who said it. Names are no links. */
export function ContestsPage(props: {
  contests: readonly Contest[];
  mayDecide: boolean;
  done: Done | undefined;
  error?: string | undefined;
}) {
  const { t, kind, number, date } = useWords();
  return (
    <>
      <h1>{t('safe-access.family.contests.title')}</h1>
      <p>{t('safe-access.family.contests.lead')}</p>
      <DoneNote done={props.done} />
      <Refusal error={props.error} />
      <DataTable
        caption={t('safe-access.family.contests.title')}
        captionHidden
        rows={props.contests}
        rowKey={(contest) => contest.id}
        empty={
          <EmptyState icon="circle-check" title={t('safe-access.family.contests.none')}>
            <p>{t('safe-access.family.contests.noneText')}</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'name',
            header: t('safe-access.family.mine.site'),
            rowHeader: true,
            cell: (contest) => <bdi dir="ltr">{contest.name}</bdi>,
          },
          {
            key: 'category',
            header: t('safe-access.family.contests.kind'),
            cell: (contest) => kind(contest.category),
          },
          {
            key: 'times',
            header: t('safe-access.family.contests.times'),
            numeric: true,
            cell: (contest) => number(contest.times),
          },
          {
            key: 'since',
            header: t('safe-access.family.contests.since'),
            numeric: true,
            cell: (contest) => date(contest.firstAt, 'date'),
          },
          ...(props.mayDecide
            ? [
                {
                  key: 'decide',
                  header: t('safe-access.family.contests.decide'),
                  headerHidden: true,
                  cell: (contest: Contest) => (
                    <div class="taps">
                      <Tap
                        action={`/desk/contests/${contest.id}`}
                        fields={{ decision: 'taken-off' }}
                        label={`${t('safe-access.family.contests.takeOff')} (${contest.name})`}
                      >
                        {t('safe-access.family.contests.takeOff')}
                      </Tap>
                      <Tap
                        action={`/desk/contests/${contest.id}`}
                        fields={{ decision: 'kept' }}
                        variant="quiet"
                        label={`${t('safe-access.family.contests.keep')} (${contest.name})`}
                      >
                        {t('safe-access.family.contests.keep')}
                      </Tap>
                    </div>
                  ),
                },
              ]
            : []),
        ]}
      />
    </>
  );
}
