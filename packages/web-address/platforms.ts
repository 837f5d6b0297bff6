/** What is known about the places where people have accounts: addresses of profiles, grammar of names, and their case. */
export interface Platform {
  /** Other names people give it, folded (lower case, no spaces, no hyphens). */
  aliases: readonly string[];
  hosts: readonly string[];
  /** A name as the platform defines it; null where an account is a telephone number. */
  handle: RegExp | null;
  caseSensitive?: boolean;
  /** Full stops mean nothing (Facebook). */
  dotsIgnored?: boolean;
  /** First path segments that stand before the name; `@` is a name that begins with it. The rest are no profiles. */
  before: readonly string[];
  /** Segments kept as part of the name, since they are other name spaces. */
  kept?: readonly string[];
  /** The name may be the first segment itself, unless it is one of these. */
  bare: boolean;
  pages?: readonly string[];
}

export const platforms: Readonly<Record<string, Platform>> = {
  instagram: {
    aliases: ['insta', 'ig', 'انستا', 'انستغرام', 'انستجرام', 'انستقرام', 'انستاغرام', 'ⵉⵏⵙⵜⴰⴳⵔⴰⵎ'],
    hosts: ['instagram.com', 'instagr.am'],
    handle: /^[a-z0-9._]{1,30}$/i,
    before: ['stories', '_u', '_n'],
    bare: true,
    pages: [
      'p',
      'reel',
      'reels',
      'explore',
      'tv',
      'accounts',
      'direct',
      'about',
      'legal',
      's',
      'share',
      'web',
      'developer',
    ],
  },
  threads: {
    aliases: ['ثريدز'],
    hosts: ['threads.net', 'threads.com'],
    handle: /^[a-z0-9._]{1,30}$/i,
    before: ['@'],
    bare: false,
  },
  tiktok: {
    aliases: ['tik', 'tt', 'تيكتوك', 'تكتوك', 'تيكتووك'],
    hosts: ['tiktok.com'],
    handle: /^[a-z0-9._]{2,24}$/i,
    before: ['@'],
    bare: false,
  },
  x: {
    aliases: ['twitter', 'تويتر', 'تويثر', 'اكس'],
    hosts: ['x.com', 'twitter.com', 'nitter.net'],
    handle: /^[a-z0-9_]{1,15}$/i,
    before: [],
    bare: true,
    pages: [
      'home',
      'i',
      'intent',
      'search',
      'hashtag',
      'share',
      'explore',
      'messages',
      'settings',
      'notifications',
      'tos',
    ],
  },
  telegram: {
    aliases: ['tg', 'telegramme', 'تلغرام', 'تيليغرام', 'تليجرام', 'تيليجرام', 'تلجرام', 'تيليكرام'],
    hosts: ['t.me', 'telegram.me', 'telegram.dog'],
    handle: /^[a-z][a-z0-9_]{3,31}$/i,
    before: ['s'],
    bare: true,
    pages: [
      'joinchat',
      'addstickers',
      'addemoji',
      'share',
      'proxy',
      'socks',
      'c',
      'login',
      'setlanguage',
      'addlist',
      'boost',
      'iv',
      'bg',
    ],
  },
  youtube: {
    aliases: ['yt', 'يوتيوب', 'يوتوب'],
    hosts: ['youtube.com'],
    handle: /^(?:[\p{L}\p{M}\p{N}._·-]{3,30}|(?:c|user)\/[^/\s]{1,100}|UC[\w-]{22})$/iu,
    before: ['@', 'channel'],
    kept: ['c', 'user'],
    bare: false,
  },
  facebook: {
    aliases: ['fb', 'face', 'facbook', 'messenger', 'فيسبوك', 'فايسبوك', 'الفيسبوك', 'فيس', 'ميسنجر'],
    hosts: ['facebook.com', 'fb.com', 'm.me', 'messenger.com'],
    handle: /^(?:[a-z0-9.]{5,50}|groups\/[\w.-]{1,100})$/i,
    dotsIgnored: true,
    before: ['t', 'people', 'pages', 'p'],
    kept: ['groups'],
    bare: true,
    pages: [
      'watch',
      'share',
      'sharer',
      'sharer.php',
      'story.php',
      'photo',
      'photo.php',
      'photos',
      'events',
      'marketplace',
      'reel',
      'reels',
      'stories',
      'login',
      'permalink.php',
      'hashtag',
      'gaming',
      'video.php',
      'videos',
      'media',
      'help',
      'dialog',
      'l.php',
    ],
  },
  snapchat: {
    aliases: ['snap', 'سناب', 'سنابشات', 'سنابتشات'],
    hosts: ['snapchat.com'],
    handle: /^[a-z][a-z0-9._-]{2,14}$/i,
    before: ['add', '@', 'u'],
    bare: false,
  },
  discord: {
    aliases: ['discorde', 'ديسكورد', 'دسكورد'],
    hosts: ['discord.com', 'discordapp.com'],
    handle: /^(?:[a-z0-9._]{2,32}|\d{17,20}|[^@#:]{2,32}#\d{4})$/i,
    before: ['users'],
    bare: false,
  },
  roblox: {
    aliases: ['روبلوكس', 'روبلكس'],
    hosts: ['roblox.com'],
    handle: /^(?:[a-z0-9_]{3,20}|users\/\d{1,19})$/i,
    before: [],
    kept: ['users'],
    bare: false,
  },
  reddit: {
    aliases: ['ريديت'],
    hosts: ['reddit.com'],
    handle: /^[\w-]{3,20}$/i,
    before: ['u', 'user'],
    bare: false,
  },
  twitch: {
    aliases: ['تويتش'],
    hosts: ['twitch.tv'],
    handle: /^[a-z0-9_]{4,25}$/i,
    before: [],
    bare: true,
    pages: ['directory', 'videos', 'p', 'downloads', 'settings', 'jobs', 'turbo'],
  },
  pinterest: {
    aliases: ['بنترست'],
    hosts: ['pinterest.com', 'pinterest.fr'],
    handle: /^[a-z0-9_]{3,30}$/i,
    before: [],
    bare: true,
    pages: ['pin', 'search', 'ideas', 'today', 'settings'],
  },
  whatsapp: {
    aliases: [
      'wa',
      'wtsp',
      'watsap',
      'watsapp',
      'whatsap',
      'whatsup',
      'واتساب',
      'واتس',
      'وتساب',
      'الواتساب',
      'واتسآب',
      'واتساپ',
    ],
    hosts: ['wa.me', 'whatsapp.com'],
    handle: null,
    before: [],
    bare: false,
  },
  signal: { aliases: ['سيغنال'], hosts: ['signal.me'], handle: null, before: [], bare: false },
  phone: {
    aliases: ['telephone', 'tel', 'sms', 'gsm', 'هاتف', 'الهاتف', 'تيليفون', 'نمرة'],
    hosts: [],
    handle: null,
    before: [],
    bare: false,
  },
};

/** Numbering plans for numbers typed as at home: E.164 country code, trunk prefix, and what follows it. */
export const numbering: Readonly<Record<string, { code: string; trunk: string; national: RegExp }>> = {
  ma: { code: '212', trunk: '0', national: /^[5-8]\d{8}$/ },
};
