import type { Words } from './words.ts';

export const tr: Words = {
  language: 'tr', direction: 'ltr', name: 'Türkçe',
  disc: 'DICOM diski', medicalImages: 'Tıbbi görüntüler', discOf: 'Disk {n} / {of}', patients: 'Hastalar', studies: 'İncelemeler', series: 'Seriler', files: 'DICOM dosyaları',
  madeOn: 'Oluşturulma', madeWith: 'Oluşturan', institution: 'Kurum', contact: 'İletişim', profile: 'Profil', noProfile: 'yok', fileSetId: 'Dosya kümesi kimliği', fileSetUid: 'Dosya kümesi UID',
  patientId: 'Hasta numarası', born: 'doğum', male: 'erkek', female: 'kadın', otherSex: 'diğer', accessionNumber: 'Başvuru numarası', kind: 'Tür', description: 'Açıklama',
  noDescription: 'açıklama yok', noStudyDescription: 'Açıklamasız inceleme', noName: 'Adı olmayan hasta',
  completeInItself: 'Her disk kendi içinde eksiksizdir ve ayrı ayrı içe aktarılır.', otherDiscs: 'Diğer disklerde',
  supplement: 'Bu disk bir ektir: aynı incelemenin önceki diski oluşturulduktan sonra gelenleri içerir.',
  notOnDisc: 'Bu diskte olmayanlar', notOnDiscWhere: 'Bu siparişin bazı nesneleri diske yazılamadı. README.TXT her birini nedeniyle belirtir.',
  converted: 'Bu disk için dönüştürüldü', keptOutside: 'Alındığı gibi bırakıldı, profil dışında',
  howToOpen: 'Görüntüler nasıl açılır', whatIsDicom: 'Bu disk DICOM biçiminde tıbbi görüntüler ve belgeler içerir. Bunlar bir DICOM görüntüleyici ile açılır ya da bir görüntü arşivine aktarılır.',
  importSteps: ['DICOM görüntüleyicinizi veya görüntü arşivinizin (PACS) içe aktarmasını başlatın.', '“CD’den içe aktar”, “DICOMDIR aç” veya benzer bir komut seçin.', 'Bu diskin sürücüsünü ya da içindeki DICOMDIR dosyasını seçin.'],
  moreInReadme: 'Ayrıntılar README.TXT içinde: diskin yapısı, sağlama toplamları, iletişim.',
  reports: 'Raporlar ve belgeler', pictures: 'Web tarayıcısı için resimler', viewers: 'Bu diskteki görüntüleyiciler', attachments: 'Ekli dosyalar',
  verifiedBy: 'Onaylayan', notVerified: 'Onaylanmamış', notComplete: 'Tamamlanmamış', reference: 'Başvuru', referringPhysician: 'Sevk eden hekim', document: 'Belge',
  whatIsWhere: 'Ne nerede', whereDicomdir: 'tüm DICOM dosyalarının dizini', whereDicom: 'DICOM dosyaları; hasta, inceleme ve seri başına bir klasör', whereIndex: 'her web tarayıcısı için içerik sayfası',
  whereReadme: 'bu dosya', whereManifest: 'diğer her dosyanın SHA-256 özeti; Linux’ta: sha256sum -c SHA256.TXT', whereWeb: 'web tarayıcısı için resimler', whereReports: 'okunacak ve yazdırılacak raporlar ve belgeler', whereAttachments: 'diski hazırlayanın eklediği dosyalar', whereViewers: 'bir görüntüleyici',
  notice: 'Uyarı', confidential: 'Bu diskteki dosyalar, hasta ve onu tedavi edenler için gizli tıbbi kayıtlardır. Diski bulan kişiden şu kuruma iade etmesi rica olunur: {what}.',
  onTheLabel: 'etikette adı geçen kurum', notForDiagnosis: 'Bu diskteki sayfalar ve programlar tanı amaçlı değildir; tanı için onaylı bir iş istasyonu kullanın.',
  teachingCopy: 'Eğitim kopyası', teachingNotice: 'Bu diskteki görüntüler eğitim ve araştırma için kimliksizleştirildi: adlar ve numaralar takma addır, bir kişinin tanınmasını sağlayacak bilgiler çıkarıldı.',
};
