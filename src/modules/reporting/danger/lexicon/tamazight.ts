import type { Lexicon } from './lexicon.ts';

// Tachelhit, Central Atlas and Tarifit forms in IRCAM's Latin transcription (gh for ɣ, kh or x), compared by sound, so
// that each entry also meets Tifinagh. Drafted without a native speaker: to be reviewed by one.
export const tamazight: Lexicon = {
  lang: 'zgh',
  bySound: true,
  classes: {
    want: 'righ|rigɣ|rikh|xsegh|khsegh|xsgh|tira|tra|ira|yra|yexs|ixs|yekhs|texs|tekhs|bghigh|ttmennigh|swingimgh|tswangmegh|tswingim',
    he: 'ira|yra|tra|yexs|yekhs|ixs|texs|inna|yenna|tenna|tnna|inayi|yennayi|innayi|iswingem|yebgha',
    ad: 'ad|rad|dad|at|adi|ra|radi|att',
    me: 'yi|iyi|ayi|i|ayyi|iyyi',
    you: 'k|km|kem|ak|am|kn|kun|akem|ach|cem',
    die: 'mmtegh|mmetegh|mtegh|immet|imet|temmet|tmmet|mmtgh|mmuttegh|yemmet',
    killOwn: 'nghegh|nghgh|neghegh|ingh|inegh|yenegh|tengh|tnegh|nneghegh|ngh',
    self: 'ixf|ikhf|ighf|ixef|ikhef|iman|ixfawn|imann',
    own: 'inu|inw|nnes|ns|nns|ines|inou|nes',
    life: 'tudert|tudrt|lhyat|lhayat|ddunit|ddunnit|dunit',
    meet: '[n|i|y|t|][myaggar|myaggr|maggar|mmaggar|myagar|msagar|mseqsa|mlaqa|emlaqa|mmlaqa|mlqa|mmiqqil|mqabal|mmiggir|miggir|mun]|nmlaqa|nemlaqa|nmsagar|mmaggaregh|mlaqigh|mmaggargh',
    see: '[i|y|t|][zr|zer|zra|annay|nnay|sin|ssen]|izer|yezr|yezra|iannay|yannay',
    lives: 'izdegh|izdgh|yezdegh|izeddegh|izedgh|yzdegh|izeddgh|zdeghen|zedghen|izdaghn|iskn|yesken',
    withUs:
      'didi|didnegh|didngh|didnnegh|akidi|akidnegh|kidi|yidi|yidnegh|yidnnegh|akid negh|akid i|did negh|did i|akidngh|ghurnegh|ghurngh|darnegh|darngh|dari',
    kin: 'imma|inna|immi|yemma|ultma|utma|gma|uma|ayt ma|istma|=baba|=ⴱⴰⴱⴰ|ibba|memmi|illi|jddi|henna|setti|yelli|mmi|ultmas|gmas|tamgharti|tamghart nnes|arraw|arraw nnes',
    hit: '[i|y]kkat[n|en|]|ikkat|ikat|yekkat|=tkkat|=tekkat|=ⵜⴽⴽⴰⵜ|iccat|yeccat|yecchat|ishat|yeshat|itekkat|kkaten|iccaten|itkkat',
    hitOnce: 'yut|iwt|iwet|yewta|iwta|yuta|yiwet|yewwet|yuwet|=tewta|=tut|=ⵜⵓⵜ|=wten|=ⵡⵜⵏ|yutayi|iwwet|iuti',
    weapon: 'umus|lmus|lmouss|ajnwi|jenwi|tajenwit|tajnwit|uzzal|lmuss|taferut|sekkin|tuzzalt',
    pictures: 'twlafin|tiwlafin|tawlaft|twlaft|tewlafin|tsawr|tsawer|lvidyu|video|ividyuten|tugniwin|tugna',
    threaten:
      'itheddad|ithddad|yettheddad|yethedded|ihedded|ihdded|itehddad|yetteheddad|ithdda|itthddad|yettehdid|ihddd|thddad|tettheddad',
    frighten:
      'issiwid|issiwed|issiggid|issigged|issiggwed|yessagad|yesseggad|issagad|issiksad|issiksud|isiksad|yessiggwed|yessigwed|isswad|itssiwid|isserhab|yessexle3',
  },
  patterns: {
    'self-harm': [
      '@want ..1 @ad? @die',
      '@want (lmut|lmout|tamettant|tamttant|tamettent|tmttant)',
      '@ad? @killOwn (@self @own|imaninu|ixfinu)',
      '(ur|wr|war|ur sul|ur ad) ..2 (righ|xsegh|khsegh|xsgh|rigɣ|zmiregh|zmregh|ufigh|bghigh|tira|tra|texs) ..1 (@life|ddregh|ddrgh|dderegh|tedder|ad dderegh|tudert)',
      '(krhegh|krhgh|kerhegh|karhegh|kerhgh|rmigh|ermigh|remigh|uhlegh|wehlegh|3yigh|ɛyigh|sihlegh|hlkegh|tkerh|termi) ..2 @life',
      '@ad? ([n|y|t|][ntaher|ntahr|ntahrgh|ntaheregh]|suicidigh|swisidigh)',
      '(lmut|tamettant|tamttant) ..1 (tuf|tif|uf|if|yuf|khir|hsen)',
      '(tkkat|tebbi|tbbi|bbigh|bbegh|jerhegh|jrhgh|tjreh|ssidigh) @self @own',
    ],
    threat: [
      '(@me|ar|la|da|yi) ..1 @threaten',
      '@threaten ..1 (@me|@you|nnegh|s|@kin|in)',
      '(@me|ar|la|da|ay) ..1 @frighten|@frighten (@me|s)',
      '@ad (@me|@you|t|tt) (nghegh|nghgh|ingh|inegh|yenegh|neghgh|tengh|inghi)',
      '(@he) @ad ..1 (ingh|inegh|yenegh)',
      '@ad ..2 (isifd|isifed|yazn|yazen|azngh|azengh|isufgh|issufgh|ifsr|yefser|isarg|issarg|fsergh|zenzgh|yini|isbayn|isbayen|isnɛat|isni3t|imel|ssnɛategh) ..2 @pictures',
      '@pictures ..1 (inu|inw|inou) ..3 (@ad|i|dar)? (babak|imak|=baba|=ⴱⴰⴱⴰ|imma|medden|mdden|midden)',
      '(igh|mek|mk|mara|ma) ..1 (ur|wr|war) ..1 (as|asn|ak|am)? ..1 (fkigh|tfkit|tefkid|uznegh|uzngh|tuznt|khllsgh|xellsegh|wshigh|wchigh) ..4 (@ad|iqariden|timuzunin|flus|@pictures)',
      '(adak|ad ak|ad am|rad ak|rad am) (fdehegh|fdhgh|fedhegh|ssufghegh)',
    ],
    meeting: [
      '@he ..1 @ad ..1 @meet',
      '@he @ad (@me|d|yid) @see',
      '(@ad) (nmyaggar|nmyaggr|nmaggar|nemlaqa|nmlaqa|nmsagar|nmmaggar|mmaggaregh|mmaggargh|mlaqigh|nmiggir)',
      '(inna yi|innayi|yenna yi|inna ay|yenna ayi|inna iyi) ..2 (ddu|dud|aɛru|3ru|asd|ashk|ashkd|achkd|achk|as d|rwah|arwah|adud) ..2 (dari|ghuri|taddart inu|tgmmi inu|s tgmmi)',
      '(@ad)? (ddugh|dugh|rohegh|rahegh|rahgh|ad dugh|mungh) ..1 (dars|ghurs|didas|akides|yides|s tgmmi nns|s taddart nnes|tgmmi nns)',
    ],
    'lives-with-abuser': [
      '@lives @withUs',
      '(illa|yella) (didi|didnegh|didngh|akidi|akidnegh|yidnegh|yidi)',
      '(zdeghegh|zdghgh|zdeghgh|nzdegh|nezdegh|nzdgh) (dids|didas|akides|akidsen|yides|akid es|ghurs|dars)',
      '(argaz|aryaz|ariaz|aryas|urgaz) (n|en) (imma|inna|immi|yemma|innas|imma inu)',
      '(gi|g|di|deg) (yat|ijjen|yiwet|ict) (tgmmi|taddart|tgmi|n taddart)',
    ],
    'violence-now': [
      '(ar|da|la|lla|yi|ayi|iyi)? (@me) @hit',
      '@hit (@me|@kin)',
      '@hitOnce (@me|@kin)',
      '(=aws|=awsat|=awsatagh|=awsi|=awsiyi|=ⴰⵡⵙ|=ⴰⵡⵙⴰⵜ|=ⴰⵡⵙⴰⵜⴰⵖ|=ɛawn|=ɛawnat|=3awn|=3awnat|=ⵄⴰⵡⵏ|=ⵄⴰⵡⵏⴰⵜ|=ⵄⴰⵡⵏⵉ|=εawen) (yi|iyi|ayi|i|agh|anegh|nnegh|yyi)',
      '(=awsati|=awsi|=awsatiyi|=ⴰⵡⵙⵉ|=ⴰⵡⵙⴰⵜⵉ|=ⵄⴰⵡⵏⵉ|=ⵄⴰⵡⵏⴰⵜⵉ|=ɛawnayi|=ɛawnatayi|=3awnayi|=ghitayi|=fkkayi)',
      '(s|ghurs|dars|yusi|yasi|yattaf|yamz|ikkes|yiwi|ifus) ..1 @weapon',
      '(iqqen|iqqn|yeqqen|iqfel|yeqfel|iqfl|irgel|yergel) (fllai|felli|fllanegh|fella|flli|xafi|khafi|khaf i|xaf i|flla) ..1',
      '(yumz|yamz|yettef|ittf|yumezi|yekhdef|ikhdef|yextef|yixtef|ixtf|ikhtf) (iyi|yi|ayi)',
      '(ighra|ighrat|ghrat|laghat|siwlat|ɛeyyet|3eyyet) ..1 (i|s)? (bulis|lbulis|lbolis|police|jandarm)',
    ],
  },
  unless: [
    '(jddi|jeddi|jida|henna|hanna|setti|nanna|ultma|utma|khalti|xalti|ɛamti|3amti|inna|imma|yemma|amuch|aydi|gma amzyan) ..1 (@lives|tzdegh|tzdgh) @withUs',
    '@meet ..2 (tinml|tinmel|lqism|lklas|imddukkal|imeddukal|imdukkal|idbrahn|unnar|taghurfin|uselmad|umaray)',
    '(imddukkal|imeddukal|imdukkal) ..3 @meet',
    '(mmtegh|mmutegh|mmutgh) ..1 (s|sg|si|zi|zg) (tadsa|tadssa|laz|usemmid|wussan|laz̧|yitsn)',
  ],
};
