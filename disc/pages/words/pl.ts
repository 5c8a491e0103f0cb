import type { Words } from './words.ts';

export const pl: Words = {
  language: 'pl', direction: 'ltr', name: 'Polski',
  disc: 'Płyta DICOM', medicalImages: 'Obrazy medyczne', discOf: 'Płyta {n} z {of}', patients: 'Pacjenci', studies: 'Badania', series: 'Serie', files: 'Pliki DICOM',
  madeOn: 'Utworzono', madeWith: 'Utworzono za pomocą', institution: 'Placówka', contact: 'Kontakt', profile: 'Profil', noProfile: 'brak', fileSetId: 'ID zestawu plików', fileSetUid: 'UID zestawu plików',
  patientId: 'ID pacjenta', born: 'ur.', male: 'mężczyzna', female: 'kobieta', otherSex: 'inna', accessionNumber: 'Numer zlecenia', kind: 'Rodzaj', description: 'Opis',
  noDescription: 'bez opisu', noStudyDescription: 'Badanie bez opisu', noName: 'Pacjent bez nazwiska',
  completeInItself: 'Każda płyta jest kompletna i importuje się ją osobno.', otherDiscs: 'Na pozostałych płytach',
  supplement: 'Ta płyta jest uzupełnieniem: zawiera to, co nadeszło po utworzeniu wcześniejszej płyty z tego samego badania.',
  notOnDisc: 'Brak na tej płycie', notOnDiscWhere: 'Niektórych obiektów tego zlecenia nie można było nagrać. README.TXT wymienia je z przyczyną.',
  converted: 'Przekształcono na potrzeby tej płyty', keptOutside: 'Zachowano w otrzymanej postaci, poza profilem',
  howToOpen: 'Jak otworzyć obrazy', whatIsDicom: 'Ta płyta zawiera obrazy i dokumenty medyczne w formacie DICOM. Otwiera się je w przeglądarce DICOM lub importuje do archiwum obrazów.',
  importSteps: ['Uruchom przeglądarkę DICOM lub import archiwum obrazów (PACS).', 'Wybierz „importuj z CD”, „otwórz DICOMDIR” lub podobne polecenie.', 'Wskaż napęd z tą płytą lub znajdujący się na niej plik DICOMDIR.'],
  moreInReadme: 'Więcej w README.TXT: budowa płyty, sumy kontrolne, kontakt.',
  reports: 'Opisy i dokumenty', pictures: 'Obrazy dla przeglądarki internetowej', viewers: 'Przeglądarki na tej płycie', attachments: 'Załączone pliki',
  verifiedBy: 'Zatwierdzone przez', notVerified: 'Niezatwierdzone', notComplete: 'Niekompletne', reference: 'Odwołanie', referringPhysician: 'Lekarz kierujący', document: 'Dokument',
  whatIsWhere: 'Co gdzie się znajduje', whereDicomdir: 'spis wszystkich plików DICOM', whereDicom: 'pliki DICOM, osobny folder dla pacjenta, badania i serii', whereIndex: 'zawartość jako strona dla dowolnej przeglądarki',
  whereReadme: 'ten plik', whereManifest: 'suma SHA-256 każdego innego pliku; w systemie Linux: sha256sum -c SHA256.TXT', whereWeb: 'obrazy dla przeglądarki internetowej', whereReports: 'opisy i dokumenty do czytania i druku', whereAttachments: 'pliki dołączone przez twórcę płyty', whereViewers: 'przeglądarka',
  notice: 'Uwaga', confidential: 'Pliki na tej płycie to poufne dane medyczne, przeznaczone dla pacjenta i osób go leczących. Znalazcę prosimy o zwrot płyty: {what}.',
  onTheLabel: 'placówka podana na etykiecie', notForDiagnosis: 'Strony i programy na tej płycie nie służą do diagnozy; do diagnozy należy używać certyfikowanej stacji.',
  teachingCopy: 'Kopia dydaktyczna', teachingNotice: 'Obrazy na tej płycie zdeidentyfikowano do celów dydaktycznych i badawczych: nazwiska i numery są pseudonimami, a dane pozwalające rozpoznać osobę usunięto.',
};
