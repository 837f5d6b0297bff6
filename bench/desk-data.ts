import { sql } from 'kysely';
import { type Db, transaction } from '../src/platform/db.ts';

/** Addresses that very many people report, each by so many reports besides its own. */
export const HOT_ITEMS = 200;
const HOT_SHARE = 10;

/** UUID v7 of the time `at`, the same in every run: `what` and `g` stand where chance would. */
const id = (what: string, at: string) =>
  `(lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') || '7' || substr(md5('${what}' || g), 1, 3)
    || '8' || substr(md5('${what}' || g), 4, 15))::uuid`;

/** The one of `values` that a number in [0, 1) falls on; their weights add up to 1. */
const pick = (u: string, values: readonly (readonly [value: string, weight: number])[]): string => {
  let below = 0;
  const cases = values.slice(0, -1).map(([value, weight]) => {
    below += weight;
    return `when ${u} < ${below.toFixed(3)} then '${value}'`;
  });
  return `(case ${cases.join(' ')} else '${values.at(-1)?.[0]}' end)`;
};

const CATEGORY = pick('u1', [
  ['harassment', 0.22],
  ['image-abuse', 0.16],
  ['sextortion', 0.14],
  ['fraud-impersonation', 0.12],
  ['grooming', 0.08],
  ['hate-extremism', 0.07],
  ['privacy', 0.07],
  ['advertising-gambling', 0.06],
  ['csam', 0.04],
  ['self-harm', 0.04],
]);
const KIND = pick('u2', [
  ['url', 0.75],
  ['account', 0.15],
  ['report', 0.1],
]);
const STATE = pick('u3', [
  ['waiting', 0.3],
  ['gone', 0.35],
  ['not-actionable', 0.14],
  ['harmful', 0.11],
  ['asked', 0.07],
  ['illegal', 0.03],
]);
const URGENCY = pick('u4', [
  ['0', 0.01],
  ['1', 0.2],
  ['2', 0.6],
  ['3', 0.19],
]);
const VISIBILITY = pick('u5', [
  ['public', 0.5],
  ['many', 0.2],
  ['few', 0.15],
  ['unknown', 0.1],
  ['reporter-only', 0.05],
]);
const LANGUAGE = pick('u5', [
  ['ar', 0.6],
  ['fr', 0.3],
  ['en', 0.08],
  ['zgh', 0.02],
]);

/**
 * A year of work: `reports` reports and as many items, judged ones with assessment and history, notices and looks where
 * a site was asked, and {@link HOT_ITEMS} items that a tenth of all reports point to as well. Sealed fields hold noise.
 */
export async function fillDesk(db: Db, reports: number, account: string): Promise<void> {
  const n = String(reports);
  const steps: [what: string, statement: string][] = [
    [
      'draw',
      `create unlogged table bench_draw as
        select g, ${id('report', 'at')} as report, ${id('item', 'at')} as item, at, state, kind,
          category, urgency::int, visibility, language, site, sub,
          case when state = 'waiting' then null else at + u6 * interval '3 days' end as assessed_at,
          case when state in ('asked', 'gone') and kind = 'url' then at + u6 * interval '3 days' + interval '1 hour' end as asked_at,
          case when state = 'gone' then at + u6 * interval '6 days' + interval '2 hours' end as gone_at
        from (
          select g, date_trunc('milliseconds', now() - interval '365 days' * (1 - g / ${n}.0)) as at, u6, ${CATEGORY} as category,
            ${KIND} as kind, ${STATE} as state, ${URGENCY} as urgency, ${VISIBILITY} as visibility, ${LANGUAGE} as language,
            floor(3000 * u7 ^ 3)::int as site, (array['www.', 'forum.', 'img.', ''])[1 + floor(u8 * 4)::int] as sub
          from (
            select g, random() as u1, random() as u2, random() as u3, random() as u4, random() as u5, random() as u6,
              random() as u7, random() as u8
            from generate_series(1, ${n}) g) chance) drawn`,
    ],
    [
      'reports',
      `insert into reporting.report (id, receipt_hash, channel, language, reporter, category, danger_declared, danger_kinds,
          visibility, age_band, occurred, data_key, narrative, audit_entry, received_at)
        select report, sha256(int4send(g)), 'web', language, 'parent', category, urgency = 0, '{}', visibility, '12-14', 'week',
          sha256(int4send(g)) || sha256(int4send(-g)), decode(repeat(md5(g::text), 16 + g % 32), 'hex'), report, at
        from bench_draw order by g`,
    ],
    [
      'links',
      `insert into reporting.report_link (report, ordinal, url, url_key, original)
        select report, 0, u, u, u
        from (select report, g, 'https://' || sub || 'site' || site || '.example/p/' || g as u from bench_draw where kind = 'url') l
        order by g`,
    ],
    [
      'accounts',
      `insert into reporting.report_account (report, ordinal, platform, name, name_index)
        select report, 0, 'instagram', sha256(int4send(g)), sha256(int4send(g)) from bench_draw where kind = 'account' order by g`,
    ],
    [
      'progress',
      `insert into reporting.progress (id, report, step, at) select ${id('step', 'at')}, report, 'received', at from bench_draw order by g`,
    ],
    [
      'items',
      `insert into casework.item (id, kind, key, url, host, registrable, platform, name_report, name_ordinal, category, urgency,
          danger, visibility, state, reports, first_reported_at, last_reported_at, lease_by, lease_until, assessed_at,
          first_notice_at, gone_at, changed_at)
        select item, kind, kind || ':' || g,
          case when kind = 'url' then 'https://' || sub || 'site' || site || '.example/p/' || g end,
          case when kind = 'url' then sub || 'site' || site || '.example' end,
          case when kind = 'url' then 'site' || site || '.example' end,
          case when kind = 'account' then 'instagram' end, case when kind = 'account' then report end,
          case when kind = 'account' then 0 end, category, urgency, urgency = 0, visibility, state,
          case when g <= ${HOT_ITEMS} then 1 + ${n} / ${HOT_SHARE} / ${HOT_ITEMS} else 1 end, at, at,
          case when state = 'waiting' and g % 5000 = 0 then '${account}'::uuid end,
          case when state = 'waiting' and g % 5000 = 0 then now() + interval '10 minutes' end,
          assessed_at, asked_at, gone_at, coalesce(gone_at, asked_at, assessed_at, at)
        from bench_draw order by g`,
    ],
    [
      'reports of items',
      `insert into casework.item_report (item, report, at, read_at) select item, report, at, assessed_at from bench_draw order by g`,
    ],
    [
      'much reported',
      `insert into casework.item_report (item, report, at)
        select hot.item, d.report, d.at from bench_draw d join bench_draw hot on hot.g = 1 + d.g % ${HOT_ITEMS}
        where d.g > ${HOT_ITEMS} and d.g <= ${HOT_ITEMS} + ${n} / ${HOT_SHARE}`,
    ],
    [
      'assessments',
      `insert into casework.assessment (id, item, account, outcome, category, severity, age_band, sex, legal_articles, at)
        select ${id('assessment', 'assessed_at')}, item, '${account}',
          case when state in ('harmful', 'not-actionable') then state else 'illegal' end, category, 'serious', '12-14', 'unknown',
          '{}', assessed_at
        from bench_draw where assessed_at is not null order by g`,
    ],
    [
      'history',
      `insert into casework.history (id, item, at, actor, what, detail)
        select ${id('reported', 'at')}, item, at, 'reporter', 'reported', jsonb_build_object('report', report) from bench_draw
        union all
        select ${id('assessed', 'assessed_at')}, item, assessed_at, 'account:${account}', 'assessed',
          jsonb_build_object('from', 'waiting') from bench_draw where assessed_at is not null`,
    ],
    [
      'danger',
      `insert into reporting.danger_page (id, subject_kind, subject, report, kinds, category, declared, state, step, next_step_at,
          raised_at, acknowledged_at, acknowledged_by)
        select ${id('danger', 'at')}, 'report', report, report, '{}', category, true,
          'acknowledged', 1, at, at, at, '${account}'
        from bench_draw where urgency = 0`,
    ],
    [
      'notices',
      `insert into takedown.notice (id, item, round, state, category, legal_articles, url, host, assessed_at, assessed_by, language,
          provider_name, contact, channel, source, message_id, attempts, created_at, created_by, changed_at, sent_at)
        select ${id('notice', 'asked_at')}, item, 1, case when state = 'gone' then 'closed' else 'sent' end, category, '{}',
          'https://' || sub || 'site' || site || '.example/p/' || g, sub || 'site' || site || '.example', assessed_at,
          '${account}', 'en', 'Host', 'abuse@site' || site || '.example', 'mail', 'rdap-ip', g::text, 1, assessed_at,
          'account:${account}', asked_at, asked_at
        from bench_draw where asked_at is not null order by g`,
    ],
    [
      'watches',
      `insert into takedown.watch (item, url, state, round, looks, last_state, last_look_at, next_check_at, opened_at, closed_at,
          closed_by, looks_since_closing)
        select item, 'https://' || sub || 'site' || site || '.example/p/' || g, case when state = 'gone' then 'gone' else 'open' end,
          1, 3, 'up-same', asked_at, now() + interval '1 day', asked_at, gone_at, case when state = 'gone' then 'system' end, 0
        from bench_draw where asked_at is not null order by g`,
    ],
    [
      'looks',
      `insert into takedown.check (id, item, round, at, vantage, state, reasons, detail)
        select ${id('look', 'asked_at')}, item, 1, asked_at, 'default', 'up-same', '{}', '{}' from bench_draw
        where asked_at is not null order by g`,
    ],
  ];
  for (const [what, statement] of steps) {
    const began = performance.now();
    await transaction(db, async (tx) => {
      await sql`select setseed(0.24)`.execute(tx);
      await sql.raw(statement).execute(tx);
    });
    console.log(`filled ${what.padEnd(18)} ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s`);
  }
}
