import { Actions, Button, DataTable, Field, Form, Ltr } from '../../../platform/ui/index.ts';
import type { Done } from '../http/deps.ts';
import type { SchoolLine } from '../index.ts';
import { DoneNote, Refusal, Tap, useWords } from './parts.tsx';

/** Which lines a school has. How it divides them among its classes is on its own pages. */
export function NetworksPage(props: {
  networks: readonly SchoolLine[];
  schools: readonly { id: string; name: string }[];
  typed: { school: string; network: string };
  done: Done | undefined;
  error?: string | undefined;
}) {
  const { t, date, number } = useWords();
  return (
    <>
      <h1>{t('safe-access.family.networks.title')}</h1>
      <p>{t('safe-access.family.networks.lead')}</p>
      <DoneNote done={props.done} />
      <Refusal error={props.error} />
      <DataTable
        caption={t('safe-access.family.networks.title')}
        captionHidden
        rows={props.networks}
        rowKey={(row) => row.network}
        empty={<p class="hint">{t('safe-access.family.networks.none')}</p>}
        columns={[
          {
            key: 'network',
            header: t('safe-access.family.networks.network'),
            rowHeader: true,
            cell: (row) => <Ltr mono>{row.network}</Ltr>,
          },
          {
            key: 'school',
            header: t('safe-access.family.networks.school'),
            cell: (row) => <bdi>{row.schoolName}</bdi>,
          },
          {
            key: 'classes',
            header: t('safe-access.family.networks.classes'),
            numeric: true,
            cell: (row) => number(row.classes),
          },
          {
            key: 'since',
            header: t('safe-access.family.contests.since'),
            numeric: true,
            cell: (row) => date(row.addedAt, 'date'),
          },
          {
            key: 'remove',
            header: t('safe-access.family.windows.remove'),
            headerHidden: true,
            cell: (row) => (
              <Tap
                action="/desk/admin/networks/remove"
                fields={{ network: row.network }}
                variant="quiet"
                icon="trash"
                label={`${t('safe-access.family.windows.remove')} (${row.network})`}
              >
                {t('safe-access.family.windows.remove')}
              </Tap>
            ),
          },
        ]}
      />
      <h2>{t('safe-access.family.networks.add')}</h2>
      <Form action="/desk/admin/networks">
        <Field
          name="school"
          type="select"
          label={t('safe-access.family.networks.school')}
          placeholder={t('safe-access.family.networks.choose')}
          options={props.schools.map(({ id, name }) => ({ value: id, label: name }))}
          value={props.typed.school}
          width="half"
          required
        />
        <Field
          name="network"
          label={t('safe-access.family.networks.network')}
          hint={t('safe-access.family.networks.networkHint')}
          value={props.typed.network}
          dir="ltr"
          width="half"
          required
        />
        <Actions>
          <Button icon="plus">{t('safe-access.family.windows.addButton')}</Button>
        </Actions>
      </Form>
    </>
  );
}
