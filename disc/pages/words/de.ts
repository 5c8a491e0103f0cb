import type { Words } from './words.ts';

export const de: Words = {
  language: 'de', direction: 'ltr', name: 'Deutsch',
  disc: 'DICOM-Datenträger', medicalImages: 'Medizinische Bilder', discOf: 'Datenträger {n} von {of}', patients: 'Patienten', studies: 'Studien', series: 'Serien', files: 'DICOM-Dateien',
  madeOn: 'Erstellt am', madeWith: 'Erstellt mit', institution: 'Einrichtung', contact: 'Kontakt', profile: 'Profil', noProfile: 'keines', fileSetId: 'File-Set-ID', fileSetUid: 'File-Set-UID',
  patientId: 'Patienten-ID', born: 'geboren', male: 'männlich', female: 'weiblich', otherSex: 'divers', accessionNumber: 'Auftragsnummer', kind: 'Art', description: 'Beschreibung',
  noDescription: 'ohne Beschreibung', noStudyDescription: 'Studie ohne Beschreibung', noName: 'Patient ohne Namen',
  completeInItself: 'Jeder Datenträger ist in sich vollständig und wird für sich importiert.', otherDiscs: 'Auf den anderen Datenträgern',
  supplement: 'Dieser Datenträger ist ein Nachtrag: Er enthält, was eintraf, nachdem ein früherer Datenträger derselben Untersuchung erstellt war.',
  notOnDisc: 'Nicht auf diesem Datenträger', notOnDiscWhere: 'Einige Objekte dieses Auftrags konnten nicht geschrieben werden. README.TXT nennt jedes mit dem Grund.',
  converted: 'Für diesen Datenträger umgewandelt', keptOutside: 'Wie empfangen belassen, außerhalb des Profils',
  howToOpen: 'So öffnen Sie die Bilder', whatIsDicom: 'Dieser Datenträger enthält medizinische Bilder und Dokumente im Format DICOM. Sie werden mit einem DICOM-Betrachter geöffnet oder in ein Bildarchiv importiert.',
  importSteps: ['Starten Sie Ihren DICOM-Betrachter oder den Import Ihres Bildarchivs (PACS).', 'Wählen Sie „Von CD importieren“, „DICOMDIR öffnen“ oder einen ähnlichen Befehl.', 'Wählen Sie das Laufwerk mit diesem Datenträger oder die Datei DICOMDIR darauf.'],
  moreInReadme: 'Mehr in README.TXT: Aufbau, Prüfsummen, Kontakt.',
  reports: 'Befunde und Dokumente', pictures: 'Bilder für den Webbrowser', viewers: 'Betrachter auf diesem Datenträger', attachments: 'Beigefügte Dateien',
  verifiedBy: 'Freigegeben von', notVerified: 'Nicht freigegeben', notComplete: 'Unvollständig', reference: 'Verweis', referringPhysician: 'Überweisender Arzt', document: 'Dokument',
  whatIsWhere: 'Was wo liegt', whereDicomdir: 'Verzeichnis aller DICOM-Dateien', whereDicom: 'die DICOM-Dateien, je Patient, Studie und Serie ein Ordner', whereIndex: 'der Inhalt als Seite für jeden Webbrowser',
  whereReadme: 'diese Datei', whereManifest: 'SHA-256-Prüfsumme jeder anderen Datei; unter Linux: sha256sum -c SHA256.TXT', whereWeb: 'Bilder für den Webbrowser', whereReports: 'Befunde und Dokumente zum Lesen und Drucken', whereAttachments: 'vom Ersteller beigefügte Dateien', whereViewers: 'ein Betrachter',
  notice: 'Hinweis', confidential: 'Die Dateien dieses Datenträgers sind vertrauliche medizinische Unterlagen für den Patienten und die ihn Behandelnden. Wer ihn findet, wird gebeten, ihn zurückzugeben an {what}.',
  onTheLabel: 'die auf dem Etikett genannte Einrichtung', notForDiagnosis: 'Seiten und Programme auf diesem Datenträger sind nicht für die Diagnose bestimmt; verwenden Sie dafür einen zugelassenen Befundarbeitsplatz.',
  teachingCopy: 'Lehrkopie', teachingNotice: 'Die Bilder auf diesem Datenträger wurden für Lehre und Forschung de-identifiziert: Namen und Nummern sind Pseudonyme, und was eine Person erkennen lässt, wurde entfernt.',
};
