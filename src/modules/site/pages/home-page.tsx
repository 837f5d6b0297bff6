import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Icon, type IconName, Steps } from '../../../platform/ui/index.ts';
import type { RiskCategory } from '../../country/index.ts';
import { LineList, type LineNow } from './lines.tsx';

export function HomePage(props: { categories: RiskCategory[]; lines: LineNow[] }) {
  const { t, text, lang } = useI18n();
  return (
    <>
      <h1>{t('site.home.title')}</h1>
      <p class="lead">{t('site.home.lead')}</p>
      <Actions>
        <Button href={`/${lang}/report`} iconEnd="arrow-right">
          {t('site.home.report')}
        </Button>
        <Button href={`/${lang}/receipt`} variant="secondary">
          {t('site.home.follow')}
        </Button>
      </Actions>
      <h2>{t('site.home.howTitle')}</h2>
      <Steps items={[t('site.home.how1'), t('site.home.how2'), t('site.home.how3')]} />
      <h2>{t('site.home.cards')}</h2>
      <ul class="tiles">
        {props.categories
          .filter((c) => c.id !== 'other')
          .map((c) => (
            <li key={c.id}>
              <a href={`/${lang}/help/${c.id}`}>
                <Icon name={c.icon as IconName} />
                <span>{text(c.wording.adult.title)}</span>
              </a>
            </li>
          ))}
      </ul>
      <p>
        <a class="link" href={`/${lang}/family`}>
          {t('site.home.family')}
        </a>
      </p>
      <h2>{t('site.home.lines')}</h2>
      <LineList lines={props.lines} />
      <p>
        <a class="link" href={`/${lang}/figures`}>
          {t('site.home.figures')}
        </a>
      </p>
    </>
  );
}
