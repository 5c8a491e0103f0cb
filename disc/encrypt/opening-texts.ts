/** What the pages of an encrypted disc say. One table a language; `{name}` is replaced. */
import type { Language } from '../order/content.ts';

export interface OpeningTexts {
  readonly title: string;
  readonly lead: string;
  readonly passphraseHeading: string;
  readonly passphrase: string;
  readonly lost: string;
  readonly zip: { readonly heading: string; readonly steps: readonly string[]; readonly note: string };
  readonly cms: { readonly heading: string; readonly steps: readonly string[]; readonly note: string };
  readonly notice: string;
}

const en: OpeningTexts = {
  title: 'This disc is encrypted',
  lead: 'The images on this disc can be opened only by those who are allowed to see them.',
  passphraseHeading: 'The passphrase',
  passphrase: 'You got the passphrase apart from this disc. Capital and small letters differ; the hyphens belong to it.',
  lost: 'Nobody can open this disc without the passphrase. If you do not have it, ask {institution} for a new disc.',
  zip: {
    heading: 'How to open it',
    steps: [
      'Copy the file {file} from this disc to your computer.',
      'Open it with 7-Zip (Windows, free), Keka or The Unarchiver (Mac), or 7z (Linux). The Explorer of Windows alone cannot open it.',
      'Type the passphrase when the program asks for it, and choose a folder for the files.',
      'Open INDEX.HTM in that folder in a web browser, or import the folder, or its file DICOMDIR, into a DICOM viewer.',
      'Delete the folder when you no longer need it: the files in it are not encrypted.',
    ],
    note: 'The file is a ZIP archive with AES-256 encryption.',
  },
  cms: {
    heading: 'How to open it',
    steps: [
      'Start a DICOM system that reads discs of the DICOM media security profile and holds the private key of one of the recipients.',
      'Choose the drive of this disc.',
      'Without such a system: on any computer with OpenSSL, decrypt each file by openssl cms -decrypt -inform DER with the key and certificate of a recipient.',
    ],
    note: 'Every file, the DICOMDIR too, is a Secure DICOM File: CMS EnvelopedData with AES-256.',
  },
  notice: 'The files of this disc are confidential medical records. Whoever finds this disc is asked to return it to {institution}.',
};

const de: OpeningTexts = {
  title: 'Dieser Datenträger ist verschlüsselt',
  lead: 'Die Bilder auf diesem Datenträger kann nur öffnen, wer sie sehen darf.',
  passphraseHeading: 'Das Kennwort',
  passphrase: 'Das Kennwort haben Sie getrennt von diesem Datenträger erhalten. Groß- und Kleinbuchstaben sind verschieden; die Bindestriche gehören dazu.',
  lost: 'Ohne das Kennwort kann niemand diesen Datenträger öffnen. Wenn Sie es nicht haben, bitten Sie um einen neuen: {institution}.',
  zip: {
    heading: 'So öffnen Sie ihn',
    steps: [
      'Kopieren Sie die Datei {file} von diesem Datenträger auf Ihren Computer.',
      'Öffnen Sie sie mit 7-Zip (Windows, kostenlos), Keka oder The Unarchiver (Mac) oder 7z (Linux). Der Explorer von Windows allein kann sie nicht öffnen.',
      'Geben Sie das Kennwort ein, wenn das Programm danach fragt, und wählen Sie einen Ordner für die Dateien.',
      'Öffnen Sie INDEX.HTM in diesem Ordner mit einem Webbrowser, oder importieren Sie den Ordner oder seine Datei DICOMDIR in einen DICOM-Betrachter.',
      'Löschen Sie den Ordner, wenn Sie ihn nicht mehr brauchen: Die Dateien darin sind nicht verschlüsselt.',
    ],
    note: 'Die Datei ist ein ZIP-Archiv mit AES-256-Verschlüsselung.',
  },
  cms: {
    heading: 'So öffnen Sie ihn',
    steps: [
      'Starten Sie ein DICOM-System, das Datenträger nach dem Profil DICOM Media Security liest und den privaten Schlüssel eines Empfängers besitzt.',
      'Wählen Sie das Laufwerk mit diesem Datenträger.',
      'Ohne ein solches System: Entschlüsseln Sie auf einem Computer mit OpenSSL jede Datei durch openssl cms -decrypt -inform DER mit Schlüssel und Zertifikat eines Empfängers.',
    ],
    note: 'Jede Datei, auch das DICOMDIR, ist eine Secure-DICOM-Datei: CMS EnvelopedData mit AES-256.',
  },
  notice: 'Die Dateien dieses Datenträgers sind vertrauliche medizinische Unterlagen. Wer ihn findet, wird gebeten, ihn zurückzugeben an {institution}.',
};

const fr: OpeningTexts = {
  title: 'Ce disque est chiffré',
  lead: 'Seules les personnes autorisées à voir les images de ce disque peuvent les ouvrir.',
  passphraseHeading: 'La phrase secrète',
  passphrase: 'Vous avez reçu la phrase secrète séparément de ce disque. Les majuscules et les minuscules comptent ; les tirets en font partie.',
  lost: 'Personne ne peut ouvrir ce disque sans la phrase secrète. Si vous ne l’avez pas, demandez un nouveau disque à {institution}.',
  zip: {
    heading: 'Comment l’ouvrir',
    steps: [
      'Copiez le fichier {file} de ce disque sur votre ordinateur.',
      'Ouvrez-le avec 7-Zip (Windows, gratuit), Keka ou The Unarchiver (Mac), ou 7z (Linux). L’Explorateur de Windows seul ne peut pas l’ouvrir.',
      'Saisissez la phrase secrète lorsque le programme la demande et choisissez un dossier pour les fichiers.',
      'Ouvrez INDEX.HTM de ce dossier dans un navigateur web, ou importez le dossier, ou son fichier DICOMDIR, dans une visionneuse DICOM.',
      'Supprimez le dossier quand vous n’en avez plus besoin : les fichiers qu’il contient ne sont pas chiffrés.',
    ],
    note: 'Le fichier est une archive ZIP chiffrée en AES-256.',
  },
  cms: {
    heading: 'Comment l’ouvrir',
    steps: [
      'Démarrez un système DICOM qui lit les disques du profil DICOM Media Security et qui détient la clé privée d’un destinataire.',
      'Choisissez le lecteur de ce disque.',
      'Sans un tel système : sur un ordinateur avec OpenSSL, déchiffrez chaque fichier par openssl cms -decrypt -inform DER avec la clé et le certificat d’un destinataire.',
    ],
    note: 'Chaque fichier, y compris le DICOMDIR, est un fichier Secure DICOM : CMS EnvelopedData avec AES-256.',
  },
  notice: 'Les fichiers de ce disque sont des documents médicaux confidentiels. Toute personne qui trouve ce disque est priée de le rendre à {institution}.',
};

const es: OpeningTexts = {
  title: 'Este disco está cifrado',
  lead: 'Solo quienes están autorizados a ver las imágenes de este disco pueden abrirlas.',
  passphraseHeading: 'La contraseña',
  passphrase: 'Ha recibido la contraseña aparte de este disco. Se distinguen mayúsculas y minúsculas; los guiones forman parte de ella.',
  lost: 'Nadie puede abrir este disco sin la contraseña. Si no la tiene, pida un disco nuevo a {institution}.',
  zip: {
    heading: 'Cómo abrirlo',
    steps: [
      'Copie el archivo {file} de este disco a su ordenador.',
      'Ábralo con 7-Zip (Windows, gratuito), Keka o The Unarchiver (Mac), o 7z (Linux). El Explorador de Windows por sí solo no puede abrirlo.',
      'Escriba la contraseña cuando el programa la pida y elija una carpeta para los archivos.',
      'Abra INDEX.HTM de esa carpeta en un navegador web, o importe la carpeta, o su archivo DICOMDIR, en un visor DICOM.',
      'Borre la carpeta cuando ya no la necesite: los archivos que contiene no están cifrados.',
    ],
    note: 'El archivo es un ZIP con cifrado AES-256.',
  },
  cms: {
    heading: 'Cómo abrirlo',
    steps: [
      'Inicie un sistema DICOM que lea discos del perfil DICOM Media Security y tenga la clave privada de un destinatario.',
      'Elija la unidad de este disco.',
      'Sin un sistema así: en un ordenador con OpenSSL, descifre cada archivo con openssl cms -decrypt -inform DER y la clave y el certificado de un destinatario.',
    ],
    note: 'Cada archivo, también el DICOMDIR, es un archivo Secure DICOM: CMS EnvelopedData con AES-256.',
  },
  notice: 'Los archivos de este disco son documentos médicos confidenciales. Se ruega a quien encuentre este disco que lo devuelva a {institution}.',
};

const it: OpeningTexts = {
  title: 'Questo disco è cifrato',
  lead: 'Solo chi è autorizzato a vedere le immagini di questo disco può aprirle.',
  passphraseHeading: 'La password',
  passphrase: 'Ha ricevuto la password separatamente da questo disco. Maiuscole e minuscole sono diverse; i trattini ne fanno parte.',
  lost: 'Nessuno può aprire questo disco senza la password. Se non la possiede, chieda un nuovo disco a {institution}.',
  zip: {
    heading: 'Come aprirlo',
    steps: [
      'Copi il file {file} da questo disco sul suo computer.',
      'Lo apra con 7-Zip (Windows, gratuito), Keka o The Unarchiver (Mac), o 7z (Linux). Esplora file di Windows da solo non può aprirlo.',
      'Digiti la password quando il programma la chiede e scelga una cartella per i file.',
      'Apra INDEX.HTM di quella cartella in un browser web, oppure importi la cartella, o il suo file DICOMDIR, in un visualizzatore DICOM.',
      'Elimini la cartella quando non serve più: i file al suo interno non sono cifrati.',
    ],
    note: 'Il file è un archivio ZIP con cifratura AES-256.',
  },
  cms: {
    heading: 'Come aprirlo',
    steps: [
      'Avvii un sistema DICOM che legge i dischi del profilo DICOM Media Security e possiede la chiave privata di un destinatario.',
      'Scelga l’unità di questo disco.',
      'Senza un sistema simile: su un computer con OpenSSL, decifri ogni file con openssl cms -decrypt -inform DER e la chiave e il certificato di un destinatario.',
    ],
    note: 'Ogni file, anche il DICOMDIR, è un file Secure DICOM: CMS EnvelopedData con AES-256.',
  },
  notice: 'I file di questo disco sono documenti medici riservati. Chi trova questo disco è pregato di restituirlo a {institution}.',
};

const pt: OpeningTexts = {
  title: 'Este disco está cifrado',
  lead: 'Só quem está autorizado a ver as imagens deste disco pode abri-las.',
  passphraseHeading: 'A palavra-passe',
  passphrase: 'Recebeu a palavra-passe separadamente deste disco. Distinguem-se maiúsculas e minúsculas; os hífenes fazem parte dela.',
  lost: 'Ninguém pode abrir este disco sem a palavra-passe. Se não a tem, peça um novo disco a {institution}.',
  zip: {
    heading: 'Como abri-lo',
    steps: [
      'Copie o ficheiro {file} deste disco para o seu computador.',
      'Abra-o com 7-Zip (Windows, gratuito), Keka ou The Unarchiver (Mac), ou 7z (Linux). O Explorador do Windows sozinho não o consegue abrir.',
      'Escreva a palavra-passe quando o programa a pedir e escolha uma pasta para os ficheiros.',
      'Abra INDEX.HTM dessa pasta num navegador web, ou importe a pasta, ou o seu ficheiro DICOMDIR, num visualizador DICOM.',
      'Apague a pasta quando já não precisar dela: os ficheiros nela contidos não estão cifrados.',
    ],
    note: 'O ficheiro é um arquivo ZIP com cifra AES-256.',
  },
  cms: {
    heading: 'Como abri-lo',
    steps: [
      'Inicie um sistema DICOM que leia discos do perfil DICOM Media Security e tenha a chave privada de um destinatário.',
      'Escolha a unidade deste disco.',
      'Sem um sistema assim: num computador com OpenSSL, decifre cada ficheiro com openssl cms -decrypt -inform DER e a chave e o certificado de um destinatário.',
    ],
    note: 'Cada ficheiro, também o DICOMDIR, é um ficheiro Secure DICOM: CMS EnvelopedData com AES-256.',
  },
  notice: 'Os ficheiros deste disco são documentos médicos confidenciais. Pede-se a quem encontrar este disco que o devolva a {institution}.',
};

const nl: OpeningTexts = {
  title: 'Deze schijf is versleuteld',
  lead: 'Alleen wie de beelden op deze schijf mag zien, kan ze openen.',
  passphraseHeading: 'De wachtzin',
  passphrase: 'U hebt de wachtzin apart van deze schijf ontvangen. Hoofdletters en kleine letters verschillen; de streepjes horen erbij.',
  lost: 'Niemand kan deze schijf openen zonder de wachtzin. Hebt u die niet, vraag dan een nieuwe schijf aan: {institution}.',
  zip: {
    heading: 'Zo opent u de schijf',
    steps: [
      'Kopieer het bestand {file} van deze schijf naar uw computer.',
      'Open het met 7-Zip (Windows, gratis), Keka of The Unarchiver (Mac), of 7z (Linux). De Verkenner van Windows alleen kan het niet openen.',
      'Typ de wachtzin als het programma erom vraagt en kies een map voor de bestanden.',
      'Open INDEX.HTM in die map in een webbrowser, of importeer de map, of het bestand DICOMDIR daarin, in een DICOM-viewer.',
      'Verwijder de map als u hem niet meer nodig hebt: de bestanden erin zijn niet versleuteld.',
    ],
    note: 'Het bestand is een ZIP-archief met AES-256-versleuteling.',
  },
  cms: {
    heading: 'Zo opent u de schijf',
    steps: [
      'Start een DICOM-systeem dat schijven volgens het profiel DICOM Media Security leest en de privésleutel van een ontvanger heeft.',
      'Kies het station met deze schijf.',
      'Zonder zo’n systeem: ontsleutel op een computer met OpenSSL elk bestand met openssl cms -decrypt -inform DER en de sleutel en het certificaat van een ontvanger.',
    ],
    note: 'Elk bestand, ook de DICOMDIR, is een Secure DICOM-bestand: CMS EnvelopedData met AES-256.',
  },
  notice: 'De bestanden op deze schijf zijn vertrouwelijke medische gegevens. Wie deze schijf vindt, wordt verzocht hem terug te geven aan {institution}.',
};

const pl: OpeningTexts = {
  title: 'Ta płyta jest zaszyfrowana',
  lead: 'Obrazy na tej płycie mogą otworzyć tylko osoby uprawnione do ich oglądania.',
  passphraseHeading: 'Hasło',
  passphrase: 'Hasło otrzymano oddzielnie od tej płyty. Wielkie i małe litery są różne; łączniki należą do hasła.',
  lost: 'Bez hasła nikt nie otworzy tej płyty. Jeśli go nie masz, poproś o nową płytę: {institution}.',
  zip: {
    heading: 'Jak ją otworzyć',
    steps: [
      'Skopiuj plik {file} z tej płyty na swój komputer.',
      'Otwórz go programem 7-Zip (Windows, bezpłatny), Keka lub The Unarchiver (Mac) albo 7z (Linux). Sam Eksplorator systemu Windows go nie otworzy.',
      'Wpisz hasło, gdy program o nie zapyta, i wybierz folder na pliki.',
      'Otwórz INDEX.HTM z tego folderu w przeglądarce internetowej albo zaimportuj folder lub jego plik DICOMDIR do przeglądarki DICOM.',
      'Usuń folder, gdy nie będzie już potrzebny: pliki w nim nie są zaszyfrowane.',
    ],
    note: 'Plik jest archiwum ZIP z szyfrowaniem AES-256.',
  },
  cms: {
    heading: 'Jak ją otworzyć',
    steps: [
      'Uruchom system DICOM, który czyta płyty profilu DICOM Media Security i ma klucz prywatny jednego z odbiorców.',
      'Wybierz napęd z tą płytą.',
      'Bez takiego systemu: na komputerze z OpenSSL odszyfruj każdy plik poleceniem openssl cms -decrypt -inform DER z kluczem i certyfikatem odbiorcy.',
    ],
    note: 'Każdy plik, także DICOMDIR, jest plikiem Secure DICOM: CMS EnvelopedData z AES-256.',
  },
  notice: 'Pliki na tej płycie są poufną dokumentacją medyczną. Znalazcę prosi się o zwrot płyty: {institution}.',
};

const tr: OpeningTexts = {
  title: 'Bu disk şifrelidir',
  lead: 'Bu diskteki görüntüleri yalnızca görmeye yetkili olanlar açabilir.',
  passphraseHeading: 'Parola',
  passphrase: 'Parolayı bu diskten ayrı olarak aldınız. Büyük ve küçük harfler farklıdır; kısa çizgiler parolaya dahildir.',
  lost: 'Parola olmadan bu diski kimse açamaz. Parolanız yoksa yeni bir disk isteyin: {institution}.',
  zip: {
    heading: 'Nasıl açılır',
    steps: [
      '{file} dosyasını bu diskten bilgisayarınıza kopyalayın.',
      '7-Zip (Windows, ücretsiz), Keka veya The Unarchiver (Mac) ya da 7z (Linux) ile açın. Windows Gezgini tek başına açamaz.',
      'Program sorduğunda parolayı yazın ve dosyalar için bir klasör seçin.',
      'Bu klasördeki INDEX.HTM dosyasını bir web tarayıcısında açın ya da klasörü veya içindeki DICOMDIR dosyasını bir DICOM görüntüleyicisine aktarın.',
      'Gerekmediğinde klasörü silin: içindeki dosyalar şifreli değildir.',
    ],
    note: 'Dosya, AES-256 ile şifrelenmiş bir ZIP arşividir.',
  },
  cms: {
    heading: 'Nasıl açılır',
    steps: [
      'DICOM Media Security profilindeki diskleri okuyan ve alıcılardan birinin özel anahtarına sahip bir DICOM sistemi başlatın.',
      'Bu diskin sürücüsünü seçin.',
      'Böyle bir sistem yoksa: OpenSSL bulunan bir bilgisayarda her dosyanın şifresini, bir alıcının anahtarı ve sertifikasıyla openssl cms -decrypt -inform DER komutuyla çözün.',
    ],
    note: 'DICOMDIR dahil her dosya bir Secure DICOM dosyasıdır: AES-256 ile CMS EnvelopedData.',
  },
  notice: 'Bu diskteki dosyalar gizli tıbbi kayıtlardır. Diski bulanın şuraya geri vermesi rica olunur: {institution}.',
};

const ar: OpeningTexts = {
  title: 'هذا القرص مشفّر',
  lead: 'لا يستطيع فتح الصور على هذا القرص إلا من يُسمح له برؤيتها.',
  passphraseHeading: 'عبارة المرور',
  passphrase: 'استلمت عبارة المرور منفصلة عن هذا القرص. الأحرف الكبيرة والصغيرة مختلفة، والشرطات جزء منها.',
  lost: 'لا يستطيع أحد فتح هذا القرص من دون عبارة المرور. إن لم تكن لديك فاطلب قرصًا جديدًا من: {institution}.',
  zip: {
    heading: 'كيفية الفتح',
    steps: [
      'انسخ الملف {file} من هذا القرص إلى حاسوبك.',
      'افتحه ببرنامج 7-Zip (ويندوز، مجاني) أو Keka أو The Unarchiver (ماك) أو 7z (لينكس). مستكشف ويندوز وحده لا يستطيع فتحه.',
      'اكتب عبارة المرور عندما يطلبها البرنامج، واختر مجلدًا للملفات.',
      'افتح INDEX.HTM في ذلك المجلد بمتصفح الويب، أو استورد المجلد أو الملف DICOMDIR فيه إلى عارض DICOM.',
      'احذف المجلد عندما لا تعود بحاجة إليه: الملفات فيه غير مشفّرة.',
    ],
    note: 'الملف أرشيف ZIP مشفّر بـ AES-256.',
  },
  cms: {
    heading: 'كيفية الفتح',
    steps: [
      'شغّل نظام DICOM يقرأ أقراص DICOM Media Security ولديه المفتاح الخاص لأحد المستلمين.',
      'اختر محرك هذا القرص.',
      'من دون هذا النظام: على حاسوب فيه OpenSSL، فكّ تشفير كل ملف بالأمر openssl cms -decrypt -inform DER مع مفتاح أحد المستلمين وشهادته.',
    ],
    note: 'كل ملف، بما فيه DICOMDIR، هو ملف Secure DICOM: ‏CMS EnvelopedData مع AES-256.',
  },
  notice: 'ملفات هذا القرص سجلات طبية سرية. يُرجى ممن يجد هذا القرص إعادته إلى: {institution}.',
};

const ja: OpeningTexts = {
  title: 'このディスクは暗号化されています',
  lead: 'このディスクの画像は、閲覧を許可された方だけが開くことができます。',
  passphraseHeading: 'パスフレーズ',
  passphrase: 'パスフレーズはこのディスクとは別にお渡ししています。大文字と小文字は区別され、ハイフンも含まれます。',
  lost: 'パスフレーズがなければ、誰もこのディスクを開くことができません。お持ちでない場合は、新しいディスクを依頼してください：{institution}。',
  zip: {
    heading: '開き方',
    steps: [
      'このディスクのファイル {file} をコンピューターにコピーします。',
      '7-Zip（Windows、無料）、Keka または The Unarchiver（Mac）、7z（Linux）で開きます。Windows のエクスプローラーだけでは開けません。',
      'プログラムに求められたらパスフレーズを入力し、ファイルの保存先フォルダーを選びます。',
      'そのフォルダーの INDEX.HTM をウェブブラウザーで開くか、フォルダーまたはその中の DICOMDIR を DICOM ビューアーに取り込みます。',
      '不要になったらフォルダーを削除してください。中のファイルは暗号化されていません。',
    ],
    note: 'このファイルは AES-256 で暗号化された ZIP アーカイブです。',
  },
  cms: {
    heading: '開き方',
    steps: [
      'DICOM Media Security プロファイルのディスクを読み、受信者のいずれかの秘密鍵を持つ DICOM システムを起動します。',
      'このディスクのドライブを選びます。',
      'そのようなシステムがない場合は、OpenSSL のあるコンピューターで、受信者の鍵と証明書を使い、各ファイルを openssl cms -decrypt -inform DER で復号します。',
    ],
    note: 'DICOMDIR を含むすべてのファイルは Secure DICOM ファイルです：AES-256 による CMS EnvelopedData。',
  },
  notice: 'このディスクのファイルは機密の医療記録です。拾得された方は次へお返しください：{institution}。',
};

const zh: OpeningTexts = {
  title: '本光盘已加密',
  lead: '只有获准查看的人才能打开本光盘上的图像。',
  passphraseHeading: '口令',
  passphrase: '口令与本光盘分开交给您。区分大小写；连字符是口令的一部分。',
  lost: '没有口令，任何人都无法打开本光盘。如果您没有口令，请索取新的光盘：{institution}。',
  zip: {
    heading: '打开方法',
    steps: [
      '将文件 {file} 从本光盘复制到您的电脑。',
      '用 7-Zip（Windows，免费）、Keka 或 The Unarchiver（Mac）或 7z（Linux）打开。仅用 Windows 资源管理器无法打开。',
      '程序询问时输入口令，并选择存放文件的文件夹。',
      '在网页浏览器中打开该文件夹中的 INDEX.HTM，或将该文件夹或其中的 DICOMDIR 文件导入 DICOM 阅片软件。',
      '不再需要时请删除该文件夹：其中的文件没有加密。',
    ],
    note: '该文件是以 AES-256 加密的 ZIP 压缩包。',
  },
  cms: {
    heading: '打开方法',
    steps: [
      '启动能读取 DICOM Media Security 规范光盘并持有某一接收者私钥的 DICOM 系统。',
      '选择本光盘所在的驱动器。',
      '没有这样的系统时：在装有 OpenSSL 的电脑上，用接收者的密钥和证书，以 openssl cms -decrypt -inform DER 解密每个文件。',
    ],
    note: '包括 DICOMDIR 在内的每个文件都是 Secure DICOM 文件：采用 AES-256 的 CMS EnvelopedData。',
  },
  notice: '本光盘上的文件是保密的医疗记录。拾到者请归还给：{institution}。',
};

const TEXTS: Readonly<Record<Language, OpeningTexts>> = { en, de, fr, es, it, pt, nl, pl, tr, ar, ja, zh };

/** The texts in a language. */
export const openingTexts = (language: Language): OpeningTexts => TEXTS[language];
