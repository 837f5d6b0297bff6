import type { LocalText } from '../../i18n/index.ts';
import type { IconName } from '../components/icon.tsx';
import type { DeskNavItem, HelpLine } from '../page-context.tsx';

/** Made-up texts that fill the gallery, in every language: no page of the programme shows them. */
const text = (ar: string, fr: string, en: string, zgh: string): LocalText => ({ ar, fr, en, zgh });

export const sample = {
  question: text('ما الأقرب إلى ما يحدث؟', 'Qu’est-ce qui se passe ?', 'What is happening?', 'ⵎⴰ ⴷ ⵉⵜⵜⵊⵔⵓⵏ?'),
  questionHint: text(
    'يمكن تغيير الجواب لاحقاً. ما حدث ليس خطأ من تعرض له.',
    'On peut changer la réponse plus tard. Ce n’est jamais la faute de la personne visée.',
    'The answer can be changed later. It is never the fault of the person it happened to.',
    'ⵉⵖⵢ ⴰⴷ ⵉⵏⴼⵍ ⵓⵔⴰⵔ ⴹⴰⵕⴰⵜ. ⵓⵔ ⵉⴳⵉ ⵜⴰⵣⴳⵍⵜ ⵏ ⵡⴰⵏⵏⴰ ⵅⴼ ⵉⵊⵔⴰ.',
  ),
  next: text('متابعة', 'Continuer', 'Continue', 'ⴽⵎⵎⵍ'),
  back: text('رجوع', 'Retour', 'Back', 'ⴰⵖⵓⵍ'),
  note: text('لا حاجة إلى اسم أو حساب.', 'Ni nom, ni compte.', 'No name, no account.', 'ⵓⵔ ⵉⵅⵚⵚⵉ ⵢⵉⵙⵎ ⵏⵖ ⴰⵎⵉⴹⴰⵏ.'),
  heading: text('أين وصل التبليغ؟', 'Où en est le signalement ?', 'Where does the report stand?', 'ⵎⴰⵏⵉ ⵉⵍⴽⵎ ⵓⵏⵎⵍ?'),
  messageTitle: text(
    'رسالة من شخص مختص',
    'Message d’un spécialiste',
    'A message from a specialist',
    'ⵜⵓⵣⵉⵏⵜ ⵙⴳ ⵓⵎⵣⵍⴰⵢ',
  ),
  message: text(
    'المهم الآن: عدم الدفع، عدم إرسال صور أخرى، عدم حذف المحادثة. هناك من يساعد.',
    'L’important : ne pas payer, ne plus rien envoyer, ne rien effacer. Quelqu’un est là pour aider.',
    'What matters now: do not pay, send nothing more, delete nothing. Somebody is here to help.',
    'ⴰⵎⴰⵜⴰⵢ ⴷⵖⵉ: ⴰⴷ ⵓⵔ ⵜⵅⵍⵍⵙ, ⴰⴷ ⵓⵔ ⵜⴰⵣⵏ ⴽⵔⴰ, ⴰⴷ ⵓⵔ ⵜⴽⴽⵙ ⴽⵔⴰ. ⵍⵍⴰⵏ ⵡⵉⴷ ⵉⵜⵜⴰⵡⵙⵏ.',
  ),
  reply: text('كتابة رد', 'Répondre', 'Write back', 'ⴰⵔⴰ ⵓⵔⴰⵔ'),
  addLink: text('إضافة رابط', 'Ajouter un lien', 'Add a link', 'ⵔⵏⵓ ⴰⵙⵖⵏ'),
  followUp: text('رقم المتابعة', 'Numéro de suivi', 'Follow-up number', 'ⵓⵟⵟⵓⵏ ⵏ ⵓⴹⴼⴼⵓⵕ'),
  shownOnce: text(
    'عُرض كاملاً مرة واحدة عند الإرسال.',
    'Montré une seule fois en entier, à l’envoi.',
    'Shown in full once, when it was sent.',
    'ⵉⴱⴰⵢⵏ ⵉⵎⴷⴰ ⵢⴰⵜ ⵜⵉⴽⴽⵍⵜ, ⴳ ⵓⵣⵣⵏⵏ.',
  ),
  error: text(
    'كتابة رابط يبدأ بـ \u2066https://\u2069',
    'Écrire un lien qui commence par https://',
    'Write a link that begins with https://',
    'ⴰⵔⴰ ⴰⵙⵖⵏ ⵉⴱⴷⴰⵏ ⵙ https://',
  ),
  choose: text('اختيار جواب واحد', 'Choisir une réponse', 'Choose one answer', 'ⵙⵜⵜⵢ ⵢⴰⵏ ⵓⵔⴰⵔ'),
  link: text('رابط الصفحة', 'Lien de la page', 'Link of the page', 'ⴰⵙⵖⵏ ⵏ ⵜⴰⵙⵏⴰ'),
  linkHint: text(
    'يُنسخ من شريط المتصفح',
    'À copier depuis la barre du navigateur',
    'Copy it from the bar of the browser',
    'ⵙⵏⵖⵍ ⵜ ⵙⴳ ⵜⴼⵍⵡⵉⵜ ⵏ ⵉⵎⵙⵙⵜⴰⵔ',
  ),
  story: text('ما الذي حدث؟', 'Que s’est-il passé ?', 'What happened?', 'ⵎⴰ ⵉⵊⵔⴰⵏ?'),
  phone: text('رقم للاتصال', 'Numéro à rappeler', 'Number to call back', 'ⵓⵟⵟⵓⵏ ⵏ ⵜⵖⵓⵔⵉ'),
  place: text('المنصة', 'Plateforme', 'Platform', 'ⵜⴰⵙⵉⵍⴰ'),
  safe: text(
    'الاتصال بهذا الرقم آمن',
    'On peut appeler ce numéro sans risque',
    'It is safe to call this number',
    'ⵜⵖⵓⵔⵉ ⵖⵔ ⵓⵟⵟⵓⵏ ⴰⴷ ⵜⵍⵎⵏ',
  ),
  emptyTitle: text('لا شيء في الانتظار', 'Rien en attente', 'Nothing is waiting', 'ⵡⴰⵍⵓ ⵎⴰ ⵉⵜⵜⵔⴰⵊⵓⵏ'),
  emptyBody: text(
    'كل التبليغات لها من يتابعها.',
    'Chaque signalement a quelqu’un qui le suit.',
    'Somebody follows every report.',
    'ⴽⵓ ⴰⵏⵎⵍ ⵉⵍⵍⴰ ⵎⴰⴷ ⵜ ⵉⴹⴼⴼⵓⵕⵏ.',
  ),
  details: text('من يرى هذا؟', 'Qui voit cela ?', 'Who sees this?', 'ⵎⴰⴷ ⵉⵥⵕⵕⴰⵏ ⴰⵢⴰ?'),
  detailsBody: text(
    'شخصان مختصان، لا غير. قد يجب إخبار جهة أخرى في حالة خطر.',
    'Deux spécialistes, personne d’autre. En cas de danger, il faut parfois prévenir.',
    'Two specialists, nobody else. In danger, others may have to be told.',
    'ⵙⵉⵏ ⵉⵎⵣⵍⴰⵢⵏ ⵖⴰⵙ. ⴰⴷⴷⴰⵢ ⵉⵍⵉ ⵓⵎⵉⵀⵉ, ⵉⵖⵢ ⴰⴷ ⵏⵙⵙⵏ ⵢⴰⵏ ⵢⴰⴹⵏ.',
  ),
  doNow: text('ما العمل الآن', 'Que faire maintenant', 'Do this now', 'ⵎⴰ ⵏⵙⴽⵔ ⴷⵖⵉ'),
  warnTitle: text('قبل المتابعة', 'Avant de continuer', 'Before going on', 'ⴷⴰⵜ ⵓⴽⵎⵎⵍ'),
  doneTitle: text('توصلنا بالتبليغ', 'Le signalement est arrivé', 'The report has arrived', 'ⵉⵍⴽⵎ ⴷ ⵓⵏⵎⵍ'),
  dangerTitle: text('خطر محدق', 'Danger immédiat', 'Immediate danger', 'ⴰⵎⵉⵀⵉ ⴷⵖⵉ'),
  queue: text('الوارد', 'Arrivées', 'Incoming', 'ⵉⵏⴽⵛⵓⵎⵏ'),
  refer: text('إحالة فورية', 'Transmettre tout de suite', 'Refer at once', 'ⴰⵣⵏ ⴷⵖⵉ'),
  assess: text('تقييم', 'Évaluer', 'Assess', 'ⵙⵜⵉⵏ'),
  pass: text('تمرير إلى زميل', 'Passer à un collègue', 'Pass to a colleague', 'ⵣⵔⵉ ⵉ ⵓⵎⵙⵓⵔ'),
} as const;

export const steps: LocalText[] = [
  text('عدم الدفع', 'Ne pas payer', 'Do not pay', 'ⴰⴷ ⵓⵔ ⵜⵅⵍⵍⵙ'),
  text('عدم إرسال أي شيء آخر', 'Ne plus rien envoyer', 'Send nothing more', 'ⴰⴷ ⵓⵔ ⵜⴰⵣⵏ ⴽⵔⴰ ⵢⴰⴹⵏ'),
  text(
    'الاحتفاظ بالمحادثة، ثم إخبار شخص موثوق',
    'Garder la conversation, puis en parler à quelqu’un de confiance',
    'Keep the chat, then tell somebody trusted',
    'ⵃⴹⵓ ⴰⵎⵙⴰⵡⴰⵍ, ⵙⵙⵉⵡⵍ ⴷ ⵢⴰⵏ ⵅⴼ ⵜⵜⴽⴰⵍⴷ',
  ),
];

export const options: { value: string; icon: IconName; title: LocalText; hint: LocalText }[] = [
  {
    value: 'threat',
    icon: 'message-circle-warning',
    title: text(
      'تهديد أو ابتزاز بصور',
      'Quelqu’un menace avec des photos',
      'Somebody threatens with pictures',
      'ⵢⴰⵏ ⴰⵔ ⵉⵙⵙⵉⴳⴷ ⵙ ⵜⵡⵍⴰⴼⵉⵏ',
    ),
    hint: text(
      'شخص يطلب مالاً أو صوراً أخرى كي لا ينشرها',
      'Il demande de l’argent ou d’autres images',
      'They ask for money or more pictures',
      'ⴰⵔ ⵉⵜⵜⵙⵓⵜⵓⵔ ⵉⴷⵔⵉⵎⵏ ⵏⵖ ⵜⵉⵡⵍⴰⴼⵉⵏ ⵢⴰⴹⵏ',
    ),
  },
  {
    value: 'images',
    icon: 'image',
    title: text(
      'صور نُشرت دون موافقة',
      'Des photos publiées sans accord',
      'Pictures shared without consent',
      'ⵜⵉⵡⵍⴰⴼⵉⵏ ⵉⵜⵜⵓⴼⵙⵔⵏ ⴱⵍⴰ ⴰⵎⵙⴰⵙⴰ',
    ),
    hint: text(
      'في موقع أو تطبيق أو مجموعة',
      'Sur un site, une appli ou un groupe',
      'On a site, an app or a group',
      'ⴳ ⵓⵙⵉⵜ, ⵜⴰⵙⵏⵙⵉⵜ ⵏⵖ ⵜⴰⵔⴰⴱⴱⵓⵜ',
    ),
  },
  {
    value: 'grooming',
    icon: 'user-search',
    title: text(
      'شخص يلحّ أو يطلب أشياء محرجة',
      'Quelqu’un insiste, demande des choses gênantes',
      'Somebody insists or asks for awkward things',
      'ⵢⴰⵏ ⴰⵔ ⵉⵜⵜⵙⵓⵜⵓⵔ ⵜⵉⵖⴰⵡⵙⵉⵡⵉⵏ ⵉⵙⵙⵏⵓⵇⵔⵏ',
    ),
    hint: text(
      'أو يريد لقاءً في السر',
      'ou veut une rencontre en secret',
      'or wants to meet in secret',
      'ⵏⵖ ⵉⵔⴰ ⴰⵎⵢⴰⴳⴰⵔ ⵙ ⵜⵓⴼⴼⵔⴰ',
    ),
  },
  {
    value: 'bullying',
    icon: 'message-square-warning',
    title: text('تنمر أو مضايقات', 'Harcèlement', 'Bullying or harassment', 'ⵜⵓⵃⴳⵔⴰ'),
    hint: text(
      'إهانات، إقصاء، إشاعات',
      'Insultes, mise à l’écart, rumeurs',
      'Insults, being left out, rumours',
      'ⵉⵔⴳⵎⵏ, ⵓⵙⵓⴼⵖ, ⵉⵎⵏⵏⴰ',
    ),
  },
  {
    value: 'other',
    icon: 'circle-question-mark',
    title: text('شيء آخر', 'Autre chose', 'Something else', 'ⵜⴰⵖⴰⵡⵙⴰ ⵢⴰⴹⵏ'),
    hint: text('نساعد على وصفه', 'Nous aidons à le décrire', 'We help to describe it', 'ⴷⴰ ⵏⵜⵜⴰⵡⵙ ⴳ ⵓⴳⵍⴰⵎ'),
  },
];

export const shortOptions: { value: string; title: LocalText }[] = [
  { value: 'yes', title: text('نعم', 'Oui', 'Yes', 'ⵢⴰⵀ') },
  { value: 'no', title: text('لا', 'Non', 'No', 'ⵓⵀⵓ') },
];

export const timeline: { state: 'done' | 'now' | 'next'; title: LocalText; detail?: LocalText; iso?: string }[] = [
  { state: 'done', title: sample.doneTitle, iso: '2026-11-24T09:42:00Z' },
  {
    state: 'done',
    title: text('قرأه شخص مختص', 'Un spécialiste l’a lu', 'A specialist has read it', 'ⵉⵖⵔⴰ ⵜ ⵓⵎⵣⵍⴰⵢ'),
    iso: '2026-11-24T10:05:00Z',
  },
  {
    state: 'now',
    title: text(
      'طُلب السحب من الموقع',
      'Le retrait est demandé au site',
      'The site was asked to remove it',
      'ⵉⵜⵜⵓⵙⵓⵜⵔ ⵓⴽⴽⵓⵙ ⵙⴳ ⵓⵙⵉⵜ',
    ),
    detail: text(
      'نعيد الفحص، وسنكتب هنا عند أي تغيير',
      'Nous vérifions encore et écrivons ici à chaque changement',
      'We check again and write here when something changes',
      'ⴷⴰ ⵏⵜⵜⴰⵍⵙ ⴰⵙⵙⵏⵇⴷ, ⵔⴰⴷ ⵏⴰⵔⴰ ⴷⴰ',
    ),
  },
  {
    state: 'next',
    title: text('النتيجة', 'Le résultat', 'The outcome', 'ⵜⴰⵢⴰⴼⵓⵜ'),
    detail: text(
      'سنخبرك بها كيفما كانت',
      'Écrit ici, quel qu’il soit',
      'Written here, whatever it is',
      'ⵔⴰⴷ ⵜⵜⵢⴰⵔⴰ ⴷⴰ',
    ),
  },
];

export const columns = {
  priority: text('الأولوية', 'Priorité', 'Priority', 'ⵜⴰⵣⵡⵉⵔⵉ'),
  address: text('العنوان', 'Adresse', 'Address', 'ⴰⵏⵙⴰ'),
  category: text('الصنف', 'Catégorie', 'Category', 'ⴰⵏⴰⵡ'),
  reports: text('تبليغات', 'Signalements', 'Reports', 'ⵉⵏⵎⴰⵍⵏ'),
  since: text('منذ', 'Depuis', 'Since', 'ⵙⴳ'),
  state: text('الحالة', 'État', 'State', 'ⴰⴷⴷⴰⴷ'),
} as const;

export const rows: {
  id: string;
  danger?: boolean;
  priority: { tone: 'danger' | 'wait' | 'neutral'; text: LocalText };
  address: string;
  category: LocalText;
  reports: number;
  since: string;
  state: { tone: 'wait' | 'help' | 'done'; text: LocalText };
}[] = [
  {
    id: '1',
    danger: true,
    priority: { tone: 'danger', text: sample.dangerTitle },
    address: 'photos.example-host.test/a/…',
    category: text('ابتزاز', 'Chantage', 'Extortion', 'ⴰⵙⵙⵉⴳⴷ'),
    reports: 3,
    since: '00:12',
    state: { tone: 'wait', text: text('في انتظار التقييم', 'À évaluer', 'To assess', 'ⵉ ⵓⵙⵜⵉⵏ') },
  },
  {
    id: '2',
    priority: { tone: 'wait', text: text('عادي', 'Normale', 'Normal', 'ⴰⵎⴰⴳⵏⵓ') },
    address: 'forum.example.test/t/1029',
    category: text('كراهية', 'Haine', 'Hate', 'ⴰⵎⵇⵓⵏ'),
    reports: 6,
    since: '09:31',
    state: { tone: 'help', text: text('طُلب السحب', 'Retrait demandé', 'Removal asked', 'ⵉⵜⵜⵓⵙⵓⵜⵔ ⵓⴽⴽⵓⵙ') },
  },
  {
    id: '3',
    priority: { tone: 'neutral', text: text('منخفض', 'Basse', 'Low', 'ⵉⴷⵔⵙ') },
    address: 'old.example.test/p/3',
    category: text('صور شخصية', 'Photos intimes', 'Private pictures', 'ⵜⵉⵡⵍⴰⴼⵉⵏ'),
    reports: 1,
    since: '26:40',
    state: { tone: 'done', text: text('سُحب', 'Retiré', 'Removed', 'ⵉⵜⵜⵓⴽⴽⵙ') },
  },
];

export const figures: { value: string; label: LocalText }[] = [
  { value: '14', label: text('في الانتظار', 'En attente', 'Waiting', 'ⴰⵔ ⵜⵜⵔⴰⵊⵓⵏ') },
  { value: '97%', label: text('ضمن الأجل', 'Dans les délais', 'In time', 'ⴳ ⵓⴽⵓⴷ') },
];
export const median = text(
  'المدة الوسيطة للسحب',
  'Durée médiane de retrait',
  'Median time to removal',
  'ⴰⴽⵓⴷ ⴰⵏⴰⵎⵎⴰⵙ ⵏ ⵓⴽⴽⵓⵙ',
);

export const helpLines: (Omit<HelpLine, 'label'> & { label: LocalText })[] = [
  { id: 'police', tel: '19', label: text('الشرطة', 'Police', 'Police', 'ⵜⴰⴱⵓⵍⵉⵙⵜ') },
  {
    id: 'gendarmes',
    tel: '177',
    label: text('الدرك الملكي', 'Gendarmerie royale', 'Royal Gendarmerie', 'ⴰⴷⵔⵔⴰⴽ ⴰⴳⵍⴷⴰⵏ'),
  },
  { id: 'children', tel: '2511', label: text('خط الأطفال', 'Ligne des enfants', 'Children’s line', 'ⵜⵓⵖⵔⵉ ⵏ ⵡⴰⵣⵣⴰⵏ') },
];

export const deskNav: (Omit<DeskNavItem, 'label'> & { label: LocalText })[] = [
  { id: 'queue', href: '/gallery/desk', icon: 'inbox', count: 14, label: sample.queue },
  {
    id: 'verify',
    href: '/gallery/desk',
    icon: 'users',
    count: 3,
    label: text('تحقق ثانٍ', 'Vérification', 'Verification', 'ⴰⵙⵙⵏⵇⴷ'),
  },
  {
    id: 'notices',
    href: '/gallery/desk',
    icon: 'send',
    count: 22,
    label: text('طلبات السحب', 'Demandes de retrait', 'Notices', 'ⵉⵙⵓⵜⵔⵏ ⵏ ⵓⴽⴽⵓⵙ'),
  },
  {
    id: 'checks',
    href: '/gallery/desk',
    icon: 'radar',
    count: 118,
    label: text('المتابعة', 'Suivi', 'Checks', 'ⴰⴹⴼⴼⵓⵕ'),
  },
  {
    id: 'figures',
    href: '/gallery/desk',
    icon: 'chart-column',
    label: text('أرقام', 'Chiffres', 'Figures', 'ⵉⵎⴰⵢⵏⴰⵏ'),
  },
];

/** Host, network: what the panel of the desk shows of an address. */
export const facts = {
  host: text('المستضيف', 'Hébergeur', 'Host', 'ⴰⵎⵙⵏⵓⴱⴳ'),
  network: text('الشبكة', 'Réseau', 'Network', 'ⴰⵥⵟⵟⴰ'),
  due: text('الأجل', 'Délai', 'Due', 'ⴰⴽⵓⴷ'),
} as const;
