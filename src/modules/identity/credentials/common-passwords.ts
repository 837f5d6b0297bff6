/** The words that turn up first in every published ranking of leaked passwords, with the local ones of ours. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `123456 123456789 12345678 password qwerty123 qwerty1 111111 12345 secret 123123 1234567890 1234567 000000 qwerty
  abc123 password1 iloveyou 11111111 dragon monkey 123123123 123321 qwertyuiop 00000000 666666 654321 987654321
  1q2w3e4r 1q2w3e4r5t 1qaz2wsx qazwsx zaq12wsx asdfghjkl asdfgh zxcvbnm azerty azertyuiop azerty123 motdepasse
  bonjour soleil doudou loulou chouchou jetaime marseille maroc casablanca rabat morocco raja wydad marrakech
  football welcome welcome1 admin admin123 administrator root toor letmein login master passw0rd p@ssw0rd
  password123 password12 princess sunshine superman batman pokemon naruto michael jordan daniel jessica ashley
  charlie shadow baseball hello hello123 freedom whatever trustno1 starwars computer internet samsung google
  facebook instagram killer lovely flower babygirl aaaaaa changeme default test test123 guest demo salama esalama
  mohamed mohammed mohamed123 fatima bismillah allahuakbar hamdoullah`.split(/\s+/),
);
