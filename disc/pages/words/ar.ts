import type { Words } from './words.ts';

export const ar: Words = {
  language: 'ar', direction: 'rtl', name: 'العربية',
  disc: 'قرص DICOM', medicalImages: 'صور طبية', discOf: 'القرص {n} من {of}', patients: 'المرضى', studies: 'الفحوص', series: 'السلاسل', files: 'ملفات DICOM',
  madeOn: 'تاريخ الإنشاء', madeWith: 'أُنشئ بواسطة', institution: 'المؤسسة', contact: 'للتواصل', profile: 'ملف التطبيق', noProfile: 'لا يوجد', fileSetId: 'معرّف مجموعة الملفات', fileSetUid: 'المعرّف الفريد لمجموعة الملفات',
  patientId: 'رقم المريض', born: 'تاريخ الميلاد', male: 'ذكر', female: 'أنثى', otherSex: 'آخر', accessionNumber: 'رقم الطلب', kind: 'النوع', description: 'الوصف',
  noDescription: 'بلا وصف', noStudyDescription: 'فحص بلا وصف', noName: 'مريض بلا اسم',
  completeInItself: 'كل قرص مكتمل بذاته ويُستورد على حدة.', otherDiscs: 'على الأقراص الأخرى',
  supplement: 'هذا القرص ملحق: يحتوي على ما وصل بعد إنشاء قرص سابق للفحص نفسه.',
  notOnDisc: 'غير موجود على هذا القرص', notOnDiscWhere: 'تعذّرت كتابة بعض عناصر هذا الطلب على القرص. يذكرها الملف README.TXT مع السبب.',
  converted: 'حُوِّل لأجل هذا القرص', keptOutside: 'حُفظ كما ورد خارج ملف التطبيق',
  howToOpen: 'كيفية فتح الصور', whatIsDicom: 'يحتوي هذا القرص على صور ووثائق طبية بصيغة DICOM. تُفتح ببرنامج عرض DICOM أو تُستورد إلى أرشيف الصور.',
  importSteps: ['شغّل برنامج عرض DICOM أو أداة الاستيراد في أرشيف الصور (PACS).', 'اختر «استيراد من قرص» أو «فتح DICOMDIR» أو أمرًا مشابهًا.', 'اختر محرك هذا القرص أو الملف DICOMDIR الموجود عليه.'],
  moreInReadme: 'المزيد في README.TXT: بنية القرص والمجاميع الاختبارية وجهة التواصل.',
  reports: 'التقارير والوثائق', pictures: 'صور لمتصفح الويب', viewers: 'برامج العرض على هذا القرص', attachments: 'ملفات مرفقة',
  verifiedBy: 'اعتمده', notVerified: 'غير معتمد', notComplete: 'غير مكتمل', reference: 'مرجع', referringPhysician: 'الطبيب المُحيل', document: 'وثيقة',
  whatIsWhere: 'محتويات القرص', whereDicomdir: 'فهرس جميع ملفات DICOM', whereDicom: 'ملفات DICOM، مجلد لكل مريض وفحص وسلسلة', whereIndex: 'المحتوى كصفحة لأي متصفح',
  whereReadme: 'هذا الملف', whereManifest: 'مجموع SHA-256 لكل ملف آخر؛ في لينكس: sha256sum -c SHA256.TXT', whereWeb: 'صور لمتصفح الويب', whereReports: 'تقارير ووثائق للقراءة والطباعة', whereAttachments: 'ملفات أضافها معدّ القرص', whereViewers: 'برنامج عرض',
  notice: 'تنبيه', confidential: 'ملفات هذا القرص سجلات طبية سرية مخصصة للمريض ولمن يعالجه. يُرجى ممن يجد هذا القرص إعادته إلى {what}.',
  onTheLabel: 'المؤسسة المذكورة على الملصق', notForDiagnosis: 'الصفحات والبرامج على هذا القرص غير مخصصة للتشخيص؛ استخدم للتشخيص محطة عمل معتمدة.',
  teachingCopy: 'نسخة تعليمية', teachingNotice: 'أزيلت هوية أصحاب الصور على هذا القرص لأغراض التعليم والبحث: الأسماء والأرقام مستعارة، وحُذف ما قد يدل على هوية أي شخص.',
};
