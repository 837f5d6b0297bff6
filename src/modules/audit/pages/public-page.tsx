import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, DefinitionList, Link, Ltr, Prose, Steps } from '../../../platform/ui/index.ts';
import type { SignedHead } from '../log/head.ts';

/** Says to everybody why no report can vanish unseen, and shows the seal to keep. */
export function PublicAuditPage({ head }: { head: SignedHead | undefined }) {
  const { t } = useI18n();
  return (
    <Prose>
      <h1>{t('audit.public.title')}</h1>
      <p>{t('audit.public.lead')}</p>
      <h2>{t('audit.public.whatTitle')}</h2>
      <p>{t('audit.public.what')}</p>
      <h2>{t('audit.public.howTitle')}</h2>
      <Steps items={[t('audit.public.how1'), t('audit.public.how2'), t('audit.public.how3')]} />
      <h2>{t('audit.public.checkTitle')}</h2>
      <Steps items={[t('audit.public.check1'), t('audit.public.check2'), t('audit.public.check3')]} />
      <Callout tone="warn" title={t('audit.public.careTitle')} level={2}>
        <p>{t('audit.public.care')}</p>
      </Callout>
      <h2>{t('audit.public.nowTitle')}</h2>
      {head ? <Seal head={head} /> : <p>{t('audit.public.none')}</p>}
    </Prose>
  );
}

function Seal({ head }: { head: SignedHead }) {
  const { t, date, number } = useI18n();
  return (
    <>
      <DefinitionList
        items={[
          { term: t('audit.public.lines'), value: <Ltr>{number(head.size)}</Ltr> },
          { term: t('audit.public.signedAt'), value: date(head.at) },
          { term: t('audit.public.seal'), value: <Ltr mono>{head.root.toString('base64')}</Ltr> },
        ]}
      />
      <ul>
        <li>
          <Link href="/audit/head.json">{t('audit.public.forMachines')}</Link>
        </li>
        <li>
          <Link href="/audit/key.pem">{t('audit.public.key')}</Link>
        </li>
      </ul>
    </>
  );
}
