/**
 * What sites say in place of a page, as patterns over normalised words (see `notices.ts`), in Arabic (standard and
 * Moroccan), French, English and Tamazight. Not phrases that were seen, but how such sentences are built: what is
 * spoken of (`{obj}`), what happened to it (`{removed}`), and how far apart the two stand. Data: add freely.
 *
 * `{name}` is a word class of the same language, `~n` a gap of at most n words inside one sentence, `*` the rest of a word.
 */
export type NoticeTopic =
  | 'removed'
  | 'not-found'
  | 'login'
  | 'bot'
  | 'geo'
  | 'legal'
  | 'parked'
  | 'suspended'
  | 'maintenance';
export type NoticeLang = 'ar' | 'fr' | 'en' | 'zgh';

interface Grammar {
  classes: Readonly<Record<string, string>>;
  patterns: Readonly<Partial<Record<NoticeTopic, readonly string[]>>>;
  /** Sentences with these only guess ("may have been removed"): they say that nothing was found. */
  guess: readonly string[];
}

const en: Grammar = {
  classes: {
    obj: '(?:page|content|post|posts|topic|thread|discussion|message|comment|video|clip|photo|photograph|picture|image|album|gallery|media|file|document|download|folder|upload|track|article|story|entry|blog|profile|account|user|member|channel|group|playlist|stream|link|url|address|resource|item|product|listing|ad|advert|classified|record|pin|tweet|reel|snap|board|object|material|site|website|journal|repository)',
    // Whose absence is a removal; of a page or an address it only says that nothing is there.
    work: '(?:content|post|topic|thread|message|comment|video|clip|photo|photograph|picture|image|album|gallery|media|file|document|upload|track|profile|account|user|channel|playlist|reel|stream|material)',
    place:
      '(?:page|link|url|address|resource|item|product|listing|ad|advert|classified|record|entry|article|site|website|story|document)',
    removed:
      '(?:removed|deleted|erased|suspended|banned|terminated|disabled|deactivated|withdrawn|unpublished|purged|taken down|taken offline|took down|pulled|closed down|moderated|expunged|wiped|blocked)',
    be: '(?:is|are|was|were|be|been|being|has|have|had|got|s|ve)',
    this: '(?:this|that|the|these|your|requested|our|his|her|its|their)',
    who: '(?:we|moderators?|admins?|administrators?|owners?|authors?|uploaders?|posters?|publishers?|users?|creators?|staff|team|company|platform|community)',
    not: '(?:not|no longer|isn t|aren t|wasn t|doesn t|don t|couldn t|could not|can t|cannot|can not|never|unable to|failed to|didn t|did not|does not|do not)',
    denied:
      '(?:unavailable|blocked|restricted|removed|denied|withheld|disabled|suspended|withdrawn|inaccessible|not available|no longer available|isn t available|not accessible|taken down|not made|cannot be shown|not allowed|seized|prohibited)',
    enter:
      '(?:log in|log on|login|logon|sign in|signin|sign up|register|registered|logged in|signed in|subscribe|authenticate|join)',
  },
  patterns: {
    removed: [
      '{this} ~3 {obj} ~3 {be} ~3 {removed}',
      '{obj} (?:that|which|you) ~6 {be} ~2 {removed}',
      '{work} (?:{be} ){0,3}{removed}',
      '{obj} {removed}',
      '{removed} by ~2 {who}',
      '(?:took|take|taken|pulled|brought) ~1 (?:this|that|the|your|it) ?~3 ?{obj} ~1 (?:down|offline|off)',
      '(?:took|taken|pulled) (?:it|this|them) (?:down|offline|off)',
      '{who} ~3 {removed} {this} ~2 {obj}',
      '{removed} (?:for|because|due|after|following) ~6 (?:violat*|breach*|breaking|broke|terms|rules|guidelines|polic*|standards|report*|complaint*)',
      '{work} ~2 (?:is|are) ~1 (?:no longer|not) (?:available|accessible|online|visible|here|public)',
      '{work} ~2 (?:isn t|aren t) (?:available|accessible|online|visible|public)',
      '{work} (?:unavailable|no longer available)',
      '(?:no longer|not) available ~2 {removed}',
      '{removed} (?:user|account|member|profile|video|post|content)',
      'went against our ~2 (?:standards|rules|guidelines)',
    ],
    'not-found': [
      '{obj} ~3 {not} ~2 (?:found|located|exist|exists|available|displayed|here|there|online|valid|be found)',
      '{obj} (?:not found|missing|unavailable|no longer exists)',
      '{place} ~4 (?:gone|expired|has moved|ended|outdated|broken|disappeared|vanished)',
      '{not} ~1 (?:find|locate|found) ~4 {obj}',
      '{not} (?:find|locate) (?:it|that|what you)',
      '(?:nothing|no results?|no matches|no items?|no posts?|0 results?) ~2 (?:found|here|matched|match|at this|to see|to show|were|for your|available)',
      'nothing (?:here|there|found|at)',
      '(?:no|invalid) (?:such )?{obj} (?:specified|found|exists|available|id|with|by|matches|here)',
      'no such {obj}',
      '(?:error|code|http|status) 404',
      '404 (?:error|not found|page|oops|nothing)',
      'not found',
      '(?:doesn t|does not|don t|no longer) exist',
      '(?:you|you re|you are|re) ~2 (?:lost|in the wrong place)',
      '(?:broken|dead|outdated|expired|invalid) (?:link|url|address)',
    ],
    login: [
      '(?:must|need|have|required|please|you ll need) ~2 (?:be )?{enter} ~6 (?:to|before|first|in order)',
      '(?:must|need to|have to|required to) ~1 (?:be )?{enter}',
      '{enter} ~3 (?:to|and) (?:continue|view|see|access|read|watch|proceed|unlock|get)',
      'not (?:logged|signed) in',
      '(?:login|log in|sign in|authentication|registration|subscription) (?:is )?required',
      '(?:members|subscribers|registered users|friends|followers) only',
      '(?:only|reserved|available|visible|restricted|limited) ~3 (?:members|subscribers|registered|friends|followers|subscription)',
      '{this} (?:account|profile|group|page|video|content|album|channel) is private',
      '(?:private|protected|locked) (?:account|profile|group|page|video|album|channel|content)',
      'already a (?:subscriber|member)',
      'password (?:protected|required)',
      '(?:do not|don t) have (?:permission|access)',
      '(?:over|at least|are you|older than|you are|i am|i m|confirm) ~3 (?:18|eighteen|21)',
      '(?:18|21) (?:years|or older|and over|or over)',
      '(?:age verification|age check|verify your age|confirm your age|confirm that you are ~2 adult*|adults only)',
      '(?:accept|consent|agree) ~4 cookies ~3 (?:to|or|in order)',
      '(?:accept*|consent*|agree) ~9 (?:or|otherwise) ~4 (?:subscri*|pay|paid|purchase|buy)',
      '(?:subscribe|pay|subscription) ~5 or ~2 (?:accept*|consent|agree)',
    ],
    bot: [
      'just a moment',
      'checking (?:your browser|if the site connection)',
      '(?:verify|verifying|confirm|prove|check|checking|make sure) ~3 (?:human|robot|browser|a bot)',
      '(?:are you|not|i m not|you re not) a (?:robot|bot)',
      '(?:unusual|suspicious|automated) (?:traffic|activity|requests?|behavio*)',
      '(?:security|human|browser) (?:check|verification|challenge)',
      'ddos protection',
      'enable (?:javascript|cookies)',
      'access denied',
      'attention required',
      '(?:too many requests|rate limit*)',
      '(?:you have been|your ip ~4) (?:blocked|banned)',
      'captcha',
    ],
    geo: [
      '{denied} ~5 (?:country|region|location|territory|area|geographic*|jurisdiction)',
      '{not} ~4 (?:available|accessible|offered|viewable|watch|stream|view) ~4 (?:country|region|location|territory|your area)',
      '(?:country|region|location|territory) ~4 {denied}',
      'geo (?:blocked|restricted|restriction*)',
      '(?:hasn t|has not|haven t|isn t|is not|not) ~4 (?:in|to|for) ~1 (?:your|this) (?:country|region|area|location|territory)',
      '(?:only|exclusively) ~2 (?:available|watched|viewed|accessible|streamed|seen|accessed|played|offered|open) ~1 (?:from|within|inside|in|to (?:viewers|visitors|residents|users) ~1) [^ .]+',
    ],
    legal: [
      '{denied} ~9 (?:legal*|court|law|copyright|dmca|authorit*|government|judge|judicial|injunction|police)',
      '(?:legal*|court|copyright|dmca|authorit*|government|judicial) ~8 {denied}',
      '(?:legal reasons|court order|dmca|copyright (?:claim|complaint|infringement|strike)|legal (?:request|demand|complaint))',
      '(?:domain|site|website) ~4 seized',
    ],
    parked: [
      '(?:domain|domain name|name) ~6 (?:for sale|parked|expired|registered|reserved|renew*|available for purchase|to be renewed|been purchased|not configured|pending)',
      '(?:buy|purchase|sell|own|acquire|lease|inquire about|interested in) (?:this|the|a) domain',
      'may be for sale',
      'parked (?:free|by|domain|page)',
      'welcome to nginx',
      '(?:apache2?|nginx|iis|plesk|cpanel|litespeed|centos|debian|ubuntu|tomcat|lighttpd|caddy) ~3 (?:default|test|welcome|installed|placeholder)',
      '(?:default|test|placeholder) ~2 (?:web )?(?:page|site|website) ~4 (?:server|apache|nginx|hosting|site|domain|used)',
      'web server ~3 (?:installed|working|running)',
      'it works',
      'iis windows server',
      '(?:site|website|page) ~3 (?:coming soon|under construction|not configured|not published|being built)',
      '(?:coming soon|under construction|future home of)',
      'there is no (?:website|site) (?:configured|here|at)',
    ],
    suspended: [
      '(?:site|website|web site|hosting|domain|web page|web space|webspace) ~4 (?:suspended|disabled|deactivated|offline by)',
      '(?:suspended|disabled|deactivated) (?:site|website|hosting|domain|page)',
      'account ~4 suspended',
      'suspended account',
      'contact ~3 (?:hosting|host|web host|billing)',
      '(?:bandwidth|resource|traffic) (?:limit|quota) ~2 (?:exceeded|reached)',
    ],
    maintenance: [
      '(?:under|for|scheduled|planned|in|routine|ongoing|performing|undergoing) ~2 maintenance',
      'maintenance (?:mode|in progress|work|page|break)',
      '(?:be|are|come|coming) ~1 (?:right|back) ~2 (?:back|soon|shortly|online|later|minutes)',
      '(?:temporarily|currently) (?:unavailable|down|offline|out of service|closed for)',
      '(?:error|problem|unable) ~3 (?:establishing|connecting|connect) ~3 database',
      'database (?:error|connection)',
      '(?:internal|unexpected|server|application|fatal|technical) (?:server )?(?:error|exception|problem|difficult*)',
      'something went wrong',
      '(?:an|unexpected) error ~2 (?:has )?occurred',
      '(?:service|server|site) ~2 (?:unavailable|overloaded|busy|is down|too busy)',
      '(?:bad gateway|gateway time ?out)',
    ],
  },
  guess: [
    '{not} ~4 in ~1 database',
    '(?:may|might|could|can|perhaps|maybe|possibly|probably|either|if) ~6 (?:{removed}|moved|changed|expired|private)',
  ],
};

const fr: Grammar = {
  classes: {
    obj: '(?:page|pages|contenu|contenus|article|annonce|offre|sujet|topic|discussion|fil|message|post|publication|billet|produit|fiche|fichier|document|dossier|profil|compte|membre|utilisateur|utilisatrice|video|clip|photo|image|album|galerie|media|lien|adresse|url|ressource|element|rubrique|commentaire|groupe|chaine|blog|story|document|enregistrement|objet|site|forum)',
    work: '(?:contenu|contenus|sujet|discussion|message|post|publication|billet|video|clip|photo|image|album|galerie|media|fichier|compte|profil|utilisateur|membre|commentaire|chaine|groupe|story|enregistrement)',
    place: '(?:page|lien|adresse|url|ressource|annonce|offre|produit|fiche|article|rubrique|site|document|element)',
    removed:
      '(?:supprime|supprimee|supprimes|supprimees|retire|retiree|retires|retirees|efface|effacee|effaces|effacees|enleve|enlevee|banni|bannie|suspendu|suspendue|desactive|desactivee|ferme|fermee|cloture|cloturee|depublie|depubliee|bloque|bloquee|modere|moderee|censure|censuree|masque|masquee|detruit|detruite|resilie|exclu)',
    de: '(?:de|du|des|d|de la|de l)',
    this: '(?:ce|cet|cette|ces|le|la|les|l|votre|notre|son|sa)',
    not: '(?:pas|plus|jamais|rien|non)',
    denied:
      '(?:bloque|bloquee|bloques|restreint|restreinte|indisponible|indisponibles|inaccessible|interdit|interdite|supprime|supprimee|retire|retiree|suspendu|suspendue|refuse|refusee|limite|limitee|pas disponible|plus disponible|pas accessible|plus accessible|pas visible|pas autorise|desactive|desactivee|ferme|fermee|saisi)',
    enter:
      '(?:connectez|connecter|connecte|connectee|connexion|identifiez|identifier|identifie|inscrivez|inscrire|inscrit|abonnez|abonner|abonne|abonnee|authentifier|authentification)',
  },
  patterns: {
    removed: [
      '{obj} ~4 (?:a|ont|est|sont|avait|fut|vient|viennent) ~3 {removed}',
      '{obj} {removed}',
      '{obj} (?:que|qui|dont|auquel|a laquelle) ~6 (?:ete|est) ~1 {removed}',
      '(?:avons|a|ont|avez|viens|venons|ai) ~3 {removed} ~1 {this} ~1 {obj}',
      '{removed} par ~3 (?:moderat*|administrat*|auteur*|autrice|proprietaire*|equipe*|utilisat*|son|sa|ses|nos|le|la|l|un|une|nous)',
      '{removed} (?:pour|suite|en raison|a la suite|car|apres) ~6 (?:violation|non respect|infraction|signalement*|regles|conditions|charte|plainte*|respect*|conform*)',
      '{work} ~2 (?:n )?(?:est|sont) ~1 (?:plus|pas) (?:disponible*|accessible*|visible*|en ligne|public*)',
      '{work} (?:indisponible|plus disponible|non disponible)',
      '{work} ~2 indisponible',
      '{removed} {obj}',
    ],
    'not-found': [
      '{obj} ~5 (?:introuvable*|inexistant*|manquant*)',
      '(?:introuvable|inexistante?)',
      '{obj} ~4 (?:non|pas|plus) ~2 (?:trouve*|existe*|disponible*|accessible*|en ligne|reference*|la|valide|present*)',
      'n existe* ~1 (?:pas|plus)',
      '{obj} ~4 n ~1 (?:existe*|est|a) ~1 (?:pas|plus)',
      '(?:avons|a|ai|ete|pu) ~1 (?:pas|rien|plus) ~3 (?:trouve*|retrouve*|localise*)',
      '(?:rien|aucun|aucune) ~5 (?:trouve*|resultat*|correspond*|ici|existe|a cette adresse|disponible)',
      '(?:aucun|aucune) {obj}',
      'rien (?:ici|a cette|a voir|n a|a afficher|trouve)',
      '(?:donne|retourne|produit|obtenu) aucun resultat',
      '(?:0|zero|pas de) resultat*',
      '{place} ~4 (?:disparu*|expire*|perime*|desactive*|deplace*|rompu|casse|mort|terminee|cloturee)',
      '(?:erreur|code|http) 404',
      '404 (?:erreur|page|oups|non)',
      '(?:vous|t) (?:etes|es) ~1 perdu*',
      '(?:inaccessible) ~3 (?:adresse|ressource|page)',
      '(?:ressource|page) ~4 inaccessible',
    ],
    login: [
      '(?:devez|faut|veuillez|pour|afin|besoin|necessaire|merci) ~6 {enter}',
      '(?:connectez|identifiez|inscrivez|abonnez) vous ~4 (?:pour|afin|ou|et|a)',
      '(?:reserve|reservee|reserves|reservees|accessible|accessibles|visible|limite|exclusif|reservé) ~4 (?:membre*|abonne*|inscrit*|adulte*|adherent*|utilisateurs connectes|majeur*|ami*)',
      '(?:membres|abonnes|adultes|inscrits|majeurs) (?:uniquement|seulement)',
      '(?:compte|profil|groupe|page|album|contenu|video|chaine) ~2 (?:prive|privee|protege|protegee)',
      '(?:connexion|identification|inscription|abonnement|authentification|mot de passe) (?:requise?|necessaire|obligatoire)',
      'deja (?:abonne*|membre|inscrit*|client)',
      'lire la suite ~4 {enter}',
      '(?:pas|aucune) ~3 (?:autorisation|autorise*|permission|droit*) ~4 (?:acceder|voir|consulter|lire|page|contenu)',
      '(?:avez|ayez|avoir|moins|plus de|certifie*|confirme*|declare*) ~3 (?:18|dix huit|21) ans',
      '(?:verifi*|confirm*) ~2 (?:age|majorite)',
      '(?:etes|suis) ~1 majeur*',
      '(?:accepte*|accepter|consent*) ~4 cookies ~4 (?:ou|pour|afin)',
      '(?:accept*|consent*) ~9 (?:ou|sinon) ~4 (?:abonn*|pay*|souscri*)',
      '(?:abonn*|pay*|souscri*) ~5 ou ~3 (?:accept*|consent*)',
      '(?:acceder|continuer|poursuivre|lire) ~5 (?:acceptez|accepter|consentir) ~2 cookies',
    ],
    bot: [
      'un instant',
      '(?:verif*|prouve*|confirme*|assur*|controle*) ~5 (?:humain*|robot*|navigateur|automate)',
      '(?:etes|es|suis) ~3 (?:robot|humain|automate)',
      '(?:trafic|activite|requetes|comportement) (?:inhabituel*|suspect*|anorma*|automatis*)',
      '(?:verification|controle) de (?:securite|votre navigateur|votre connexion)',
      '(?:activez|activer) ~2 (?:javascript|cookies)',
      'acces (?:refuse|bloque|temporairement)',
      '(?:trop de requetes|patientez un instant|captcha|protection anti)',
      'votre (?:adresse ip|ip) ~4 (?:bloque*|bannie)',
    ],
    geo: [
      '{denied} ~6 (?:pays|region|territoire|zone|localisation|position geographique)',
      '(?:pas|plus|non) ~3 (?:disponible*|accessible*|diffuse*|propose*|visible*|regarder) ~5 (?:pays|region|territoire|zone geographique|localisation)',
      '(?:pays|region|territoire) ~5 {denied}',
      '(?:pas|uniquement|seulement) ~5 (?:dans|pour|en|depuis|a) ~1 (?:votre|cette) (?:pays|region|zone|territoire)',
      '(?:uniquement|seulement|exclusivement|que) ~1 (?:disponible*|visible*|accessible*|regarde*|diffuse*) ~1 (?:en|au|aux|depuis|dans)',
      '(?:disponible*|visible*|accessible*|regarde*|diffuse*) (?:uniquement|seulement|exclusivement|que) (?:en|au|aux|depuis|dans)',
      '(?:restriction*|blocage|limitation*) (?:geographique*|territoriale*)',
    ],
    legal: [
      '{denied} ~9 (?:justice|judiciaire|tribunal|legal*|juridique*|loi|autorite*|droits? d auteur|police|procureur|parquet|requisition|prefet)',
      '(?:justice|judiciaire|tribunal|legales?|juridiques?|autorites?|droits? d auteur) ~8 {denied}',
      '(?:decision de justice|ordonnance ~3 (?:tribunal|juge|judiciaire)|raisons? (?:legales?|juridiques?)|motifs? (?:legal|legaux|juridiques?)|demande (?:legale|judiciaire))',
      '(?:atteinte|violation|infraction|reclamation) ~4 droits? d auteur',
    ],
    parked: [
      '(?:domaine|nom de domaine) ~6 (?:a vendre|en vente|expire*|reserve*|enregistre*|parking|parque|depose*|disponible*|renouvel*|achet*|suspendu|acquerir)',
      '(?:acheter|acquerir|achetez|vendre|offre pour) ~1 (?:ce|le) (?:nom de )?domaine',
      '(?:domaine|site) ~2 (?:en parking|parque)',
      '(?:site|page) ~3 (?:en construction|bientot en ligne|en cours de (?:creation|construction|developpement)|pas encore en ligne)',
      '(?:bientot en ligne|ouverture prochaine|ouvre bientot)',
      'page (?:par defaut|d attente|de parking)',
    ],
    suspended: [
      '(?:site|hebergement|espace|serveur|domaine|site web|site internet) ~6 (?:suspendu*|desactive*|coupe|ferme par|bloque par l hebergeur|resilie|expire)',
      '(?:suspension|resiliation) ~4 (?:site|hebergement|service)',
      '(?:suspendu|desactive|bloque|coupe) par ~2 hebergeur',
      'contact* ~3 hebergeur',
      'compte suspendu',
      '(?:defaut|absence|non) ~1 paiement',
      'n est plus heberge',
    ],
    maintenance: [
      '(?:en|de|pour|sous|travaux de|operation de) maintenance',
      'maintenance (?:en cours|programmee|prevue|technique|planifiee)',
      '(?:revenons|reviendrons|retour|revient|serons) ~3 (?:vite|bientot|rapidement|minutes|instants|ligne|tard)',
      'bientot de retour',
      '(?:momentanement|temporairement|actuellement) (?:indisponible*|inaccessible*|ferme*|hors service|interrompu*|suspendu pour)',
      '(?:erreur|incident|probleme|panne) (?:interne|technique|serveur|inattendue?|de connexion|du serveur|fatale?|de base)',
      '(?:erreur|exception) ~3 (?:survenue|produite|base de donnees)',
      '(?:reessayer|reessayez|essayer|revenez|repassez) ~2 (?:tard|ulterieurement|moment|instants|minutes)',
      '(?:service|serveur|site) ~2 (?:indisponible|surcharge|sature|en panne)',
    ],
  },
  guess: [
    '(?:pas|plus|aucun*) ~4 dans ~1 base de donnees',
    '(?:en general|generalement|d habitude|souvent|parfois|habituellement) ~9 ~9 ~9 (?:{removed})',
    '(?:parce que|ou|ou bien) ~4 (?:a ete|ait ete|aurait ete) {removed}',
    '(?:peut etre|a pu|ont pu|peut avoir|probablement|sans doute|eventuellement|soit|semble|si) ~6 (?:{removed}|deplace*|change*|expire*|prive*)',
  ],
};

/** Arabic words carry "and", "so", "in", "for" and the article in front. */
const AL = '(?:[وفبلك]|لل|وال|فال|بال|كال)?(?:ال)?';
const ar: Grammar = {
  classes: {
    obj: `${AL}(?:صفحه|صفحتك|صفحات|محتوي|محتويات|منشور|منشورات|موضوع|مواضيع|مشاركه|فيديو|فيديوهات|مقطع|صوره|صور|تصويره|تصاور|البوم|ملف|ملفات|حساب|حسابات|رابط|عنوان|اعلان|مقال|مقاله|تعليق|تعليقات|رساله|عضو|مستخدم|قناه|مجموعه|منتج|مرفق|مدونه|بث|وسائط|عنصر|قسم|خبر|تغريده|قصه|ستوري|البروفايل|بروفايل|بروفيل|مورد|شيء|بوست|بوستات|تدوينه)`,
    place: `${AL}(?:صفحه|صفحات|رابط|عنوان|اعلان|منتج|مورد|قسم)`,
    domain: `${AL}(?:نطاق|دومين)`,
    site: `${AL}(?:موقع|استضافه|نطاق|خادم|سيرفر)`,
    // Nouns of action after "was": "tamma hadhf ...".
    act: '(?:ب|ل)?(?:ال)?(?:حذف|ازاله|مسح|سحب|تعطيل|ايقاف|تعليق|حظر|اغلاق|الغاء|اخفاء|شطب|طرد|تجميد|حجب)',
    // Verbs and participles of removal.
    gone: '(?:و|ف)?(?:حذف|حذفت|حذفنا|حذفه|حذفها|حذفناه|حذفناها|ازيل|ازيلت|ازلنا|ازلناه|ازلناها|ازالت|ازال|مسح|مسحت|مسحنا|مسحناه|مسحو|تمسح|تمسحت|تمسحات|تمسحو|تحيد|تحيدت|تحيدات|تحيدو|حيدنا|حيدناه|حيدناها|حيدو|حيدوه|حيدوها|مسحناه|مسحناها|مسحوه|مسحوها|متحيد|متمسح|تحذف|تحذفت|تحذفات|محذوف|محذوفه|مزال|مزاله|ممسوح|ممسوحه|اوقف|اوقفنا|اوقفت|موقوف|موقوفه|معلق|معلقه|محظور|محظوره|معطل|معطله|مغلق|مغلقه|سحبت|سحب|تبلوكا|تسد|متوقف|متوقفه|علق|علقنا|عطلنا|حظرنا|حظر)',
    denied:
      '(?:حجب|محجوب|محجوبه|حجبت|محظور|محظوره|حظر|ممنوع|ممنوعه|منع|مقيد|مقيده|غير متاح|غير متاحه|غير متوفر|غير متوفره|ليس متاحا|لا يمكن|تقييد|حذف|ازاله|ازيل|ازيلت|حذفت|تعذر|رفض|مرفوض|ما متوفرش|ما كاينش)',
    enter: '(?:و|ب|ل)?(?:تسجيل|تسجل|سجل|سجلي|اشترك|الاشتراك|انضم|دخول|ادخل|التسجيل|تسجيلك|دخولك)',
  },
  patterns: {
    removed: [
      '(?:و|ف)?(?:تم|تمت|جري|جرت|يتم) ~1 {act} ~2 {obj}',
      '{obj} ~3 (?:تم|تمت|جري) ~1 {act}',
      '(?:قام|قامت|قمنا|قاموا) ~4 {act} ~2 {obj}',
      '{gone} ~2 {obj}',
      '{obj} ~2 {gone}',
      '(?:هذا|هذه|هاد|هادا|هادي) {obj} ~3 {gone}',
      '{act} (?:هذا|هذه|هاد) {obj}',
      '(?:حيدناه|حيدناها|مسحناه|مسحناها|حذفناه|حذفناها|ازلناه|ازلناها) (?:حيت|حيث|لان*|بسبب|علي|من|باش)',
      '{obj} ~2 (?:ما بقاش|مابقاش|ما بقاتش|مابقاتش)',
      '(?:تم|تمت|جري) ~1 {act}(?:ه|ها)? ~3 (?:من|بسبب|لمخالف*|بعد|من طرف|من قبل)',
      '(?:مخالف*|انتهاك*|خالف*) ~3 (?:ل)?(?:ال)?(?:شروط|قواعد*|قوانين*|سياس*|معايير|ارشادات|ضوابط)',
      '(?:المحتوي|محتوي|الفيديو|المنشور|المقطع|الصوره|الحساب|الالبوم|المشاركه|البث|التعليق) ~2 (?:غير|لم يعد|لم تعد|ليس|ما بقاش|مابقاش) ~1 (?:متاح*|متوفر*|كاين*)',
      'لم (?:يعد|تعد) ~1 (?:هذا|هذه) (?:المحتوي|الفيديو|المنشور|المقطع|الصوره|الحساب|الالبوم) ~1 (?:متاح*|متوفر*)',
    ],
    'not-found': [
      '(?:غير|ليس*|لا) ~1 (?:متوفر*|موجود*|متاح*|توجد|يوجد) في قاعده البيانات',
      '{obj} ~5 (?:غير|ليست|ليس|لم تعد|لم يعد|ما بقاتش|مابقاتش) ~1 (?:موجود*|متوفر*|متاح*|صحيح*|صالح*)',
      '(?:غير|ليست|ليس) (?:موجود*)',
      '(?:لم|لا|ما|تعذر|يتعذر|لن) ~3 (?:العثور|نعثر|يعثر|ايجاد|نجد|تجد|لقينا|الوصول)',
      '{obj} ~5 (?:لا|لم) (?:يوجد|توجد)',
      '(?:مالقيناش|ملقيناش|مالقينا|ماكايناش|ماكاينش|مكاينش|مكايناش|كايناش|كاينش|لقيناش)',
      '(?:لا|لم) (?:توجد|يوجد|تظهر|نتائج|يسفر|يتم) ~2 (?:نتائج|نتيجه|شيء|صفحه|محتوي|موضوع|ملف|عضو|اعلان*|منشورات)',
      'لا نتائج',
      '{place} ~4 (?:انتهت|منتهي*|انتهي|قديم*|معطل*|خاطئ*|غير صالح*|تالف*|انتقلت|نقلت)',
      'انتهت صلاحيه ~1 {place}',
      '(?:خطا|رمز) 404',
      '404 (?:خطا|الصفحه|غير)',
      'لم (?:تعد|يعد) (?:هذه |هذا )?{obj} (?:موجود*|متوفر*)',
    ],
    login: [
      '(?:يجب|يرجي|المرجو|عليك|يلزم|لابد|قم|خاصك|لا بد|الرجاء|من فضلك|يتطلب|تحتاج) ~5 {enter}',
      '(?:تسجيل|سجل|سجلي) (?:ال)?(?:دخول|دخولك) ~3 (?:لل|ل|حتي|لكي|باش)[^ ]*',
      '(?:مخصص*|متاح*|متاحه|حصري*|محجوز*|خاص*|مقصور*|مقتصر*) ~2 (?:لل|ل|ب|علي ال)(?:اعضاء|مشتركين|عضاء|مسجلين|بالغين|كبار|اصدقاء) ?',
      '(?:للاعضاء|للمشتركين|للمسجلين|للبالغين|للكبار) ?(?:فقط)?',
      '(?:حساب|الحساب|المجموعه|الصفحه|البروفايل|الملف) ~1 (?:خاص|خاصه|مقفل|مقفله)',
      '(?:لا تملك|ليس لديك|لا تملكون|ماعندكش) ~3 (?:صلاحيه|صلاحيات|اذن|الحق|تصريح)',
      '(?:عمرك|سنك|العمر|السن|اكد|تاكيد|تتجاوز|تبلغ|اكبر) ~3 (?:18|٢١|١٨|21|عمرك|سنك)',
      '(?:فوق|اكثر من) (?:18|١٨|21)',
      '(?:قبول|اقبل|وافق|الموافقه) ~3 (?:الكوكيز|ملفات تعريف الارتباط)',
    ],
    bot: [
      '(?:انت|لست|ليس|انك|هل) ~2 (?:روبوت*|برنامجا? اليا?|انسان|بوت)',
      '(?:اثبت|نتحقق|تحقق|التحقق|نتاكد|تاكيد|للتاكد) ~4 (?:انسان|روبوت*|المتصفح|بشر|متصفحك|بشري)',
      '(?:حركه|نشاط|طلبات) ~2 (?:غير عادي*|غير معتاد*|مشبوه*|اليه|مريب*)',
      '(?:التحقق|فحص|تحقق) (?:الامني|الامان|امني|من الامان)',
      '(?:تم )?رفض (?:الوصول|الدخول|طلبك)',
      '(?:طلبات كثيره|لحظه من فضلك|كابتشا)',
      '(?:تفعيل|فعل) (?:الجافا|جافا|javascript)',
    ],
    geo: [
      '{denied} ~6 (?:في|من|ب|داخل)? ?(?:بلدك|بلدكم|منطقتك|منطقتكم|دولتك|دولتكم|بلادك|موقعك الجغرافي|منطقه|البلد|فبلادك)',
      '(?:بلدك|منطقتك|دولتك|بلادك) ~5 {denied}',
      '(?:متاح*|متوفر*|مشاهد*|يعرض|يشاهد) ~1 (?:فقط|حصرا|حصريا) ~1 (?:في|من|داخل|ل)[^ ]*',
      '(?:لم|ما) ~3 (?:يصل|تصل|نصل|وصل*|وصلنا*) ~3 (?:بلدك|منطقتك|بلادك|دولتك)',
      '(?:غير|ليس|لا|ما) ~3 (?:متاح*|متوفر*|يتوفر|مسموح|متوفرش) ~4 (?:بلدك|منطقتك|دولتك|بلادك|بلدكم|منطقتكم|فبلادك)',
    ],
    legal: [
      '{denied} ~9 (?:قضائي*|المحكمه|محكمه|قانوني*|القانون|سلط*|السلطات|السلطه|حقوق|الشرطه|النيابه|الملكيه)',
      '(?:قضائي*|المحكمه|قانونيه?|السلطات|حقوق) ~8 {denied}',
      '(?:امر قضائي|قرار قضائي|حكم قضائي|لاسباب قانونيه|طلب قانوني|بامر من|حقوق (?:النشر|الطبع|المؤلف|الملكيه))',
      'بطلب من (?:سلطه|السلطات|السلطه|جهه)',
    ],
    parked: [
      '{domain} ~5 (?:للبيع|معروض|انتهت|منتهي*|محجوز|مسجل|تجديد*|متاح للشراء|مركون)',
      '(?:انتهت|انتهي) ~2 {domain}',
      '(?:شراء|بيع|اشتر|تجديد) ~2 {domain}',
      'موقع ~3 (?:قيد الانشاء|قيد التطوير|قيد البناء|قريبا|تحت الانشاء)',
    ],
    suspended: [
      '(?:تم|تمت|جري) (?:تعليق|ايقاف|تعطيل|اغلاق|توقيف) ~2 {site}',
      '{site} ~2 (?:موقوف*|معلق*|متوقف*|معطل*|مغلق*)',
      '(?:اتصل|الاتصال|تواصل|راسل) ~2 (?:شركه|مزود|مقدم|بشركه|بمزود) ~2 (?:الاستضافه|استضافه)',
    ],
    maintenance: [
      '(?:تحت|قيد|في|اعمال|اثناء|بسبب|وضع) (?:ال)?صيانه',
      'الصيانه',
      '(?:سنعود|نعود|راجعين|غادي نرجعو) ~2 (?:قريبا|بعد|حالا|قريب|لاحقا)',
      '(?:خطا|مشكل|مشكله|عطل|عطب) ~2 (?:داخلي|تقني|فني|الخادم|في الخادم|غير متوقع|قاعده)',
      '(?:حاول|المحاوله|اعاده المحاوله|عاود) ~3 (?:لاحقا|بعد|فيما بعد|وقت لاحق|من بعد)',
      '(?:الموقع|الخدمه|الخادم) ~3 (?:غير متاح* مؤقتا|غير متاحه حاليا|متوقف* مؤقتا)',
    ],
  },
  guess: [
    'في قاعده البيانات',
    '(?:قد|ربما|يمكن ان|يحتمل|لعل|ممكن|اما ان|اذا) ~6 (?:{gone}|{act}|نقل*|نقلها|تغير*|معطل*|انتهت|خاطئ*)',
  ],
};

/** Few words that we are sure of: "is not there", "was not found", "was taken off". */
const zgh: Grammar = {
  classes: {},
  patterns: {
    'not-found': ['ⵓⵔ ~1 (?:ⵜⵍⵍⵉ|ⵉⵍⵍⵉ|ⵍⵍⵉⵏ)', 'ⵓⵔ ~1 ⵏⵓⴼⵉ', 'ⵓⵔ ~2 ⵉⵜⵜⵓⵢⴰⴼ*'],
    removed: ['(?:ⵉ|ⵜ)ⵜⵜⵓⴽⴽⵙ*', '(?:ⵉ|ⵜ)ⵜⵢⴰⴽⴽⵙ*'],
    login: ['ⴽⵛⵎ ~2 ⵙ (?:ⵓⵎⵉⴹⴰⵏ|ⵓⵎⵉⴹⴰⵏ ⵏⵏⴽ)'],
  },
  guess: [],
};

export const GRAMMARS: Readonly<Record<NoticeLang, Grammar>> = { ar, fr, en, zgh };

/** Name servers and landing hosts of parking services and domain markets (registrable domains). */
export const PARKING_DOMAINS: ReadonlySet<string> = new Set([
  'sedoparking.com',
  'sedo.com',
  'bodis.com',
  'parkingcrew.net',
  'above.com',
  'dan.com',
  'undeveloped.com',
  'afternic.com',
  'hugedomains.com',
  'namebrightdns.com',
  'cashparking.com',
  'parklogic.com',
  'parkingpage.namecheap.com',
  'uniregistrymarket.link',
  'voodoo.com',
  'dsredirection.com',
  'ztomy.com',
  'domainmarket.com',
]);
