import type { Words } from './words.ts';

export const zh: Words = {
  language: 'zh-Hans', direction: 'ltr', name: '简体中文',
  disc: 'DICOM 光盘', medicalImages: '医学影像', discOf: '光盘 {n}/{of}', patients: '患者', studies: '检查', series: '序列', files: 'DICOM 文件',
  madeOn: '制作时间', madeWith: '制作软件', institution: '机构', contact: '联系方式', profile: '应用规范', noProfile: '无', fileSetId: '文件集标识', fileSetUid: '文件集 UID',
  patientId: '患者编号', born: '出生日期', male: '男', female: '女', otherSex: '其他', accessionNumber: '检查号', kind: '类型', description: '描述',
  noDescription: '无描述', noStudyDescription: '无描述的检查', noName: '无姓名的患者',
  completeInItself: '每张光盘自成一体，应分别导入。', otherDiscs: '其他光盘的内容',
  supplement: '本光盘为补充盘：包含同一检查的前一张光盘制作之后到达的内容。',
  notOnDisc: '未写入本光盘的内容', notOnDiscWhere: '本次制作中有部分对象无法写入光盘。README.TXT 逐一列出并说明原因。',
  converted: '为本光盘转换', keptOutside: '按接收时原样保留，不符合应用规范',
  howToOpen: '如何打开影像', whatIsDicom: '本光盘包含 DICOM 格式的医学影像和文档，可用 DICOM 浏览软件打开，或导入影像归档系统。',
  importSteps: ['启动 DICOM 浏览软件，或影像归档系统（PACS）的导入功能。', '选择“从光盘导入”“打开 DICOMDIR”或类似命令。', '选择本光盘所在的驱动器，或其中的 DICOMDIR 文件。'],
  moreInReadme: '详见 README.TXT：光盘结构、校验和、联系方式。',
  reports: '报告和文档', pictures: '供浏览器查看的图片', viewers: '本光盘上的浏览软件', attachments: '附加文件',
  verifiedBy: '审核者', notVerified: '未审核', notComplete: '未完成', reference: '引用', referringPhysician: '申请医师', document: '文档',
  whatIsWhere: '光盘结构', whereDicomdir: '全部 DICOM 文件的索引', whereDicom: 'DICOM 文件，按患者、检查和序列分文件夹', whereIndex: '可用任何浏览器打开的内容页面',
  whereReadme: '本文件', whereManifest: '其他每个文件的 SHA-256 校验和；在 Linux 上：sha256sum -c SHA256.TXT', whereWeb: '供浏览器查看的图片', whereReports: '可阅读和打印的报告和文档', whereAttachments: '制作者附加的文件', whereViewers: '浏览软件',
  notice: '声明', confidential: '本光盘中的文件是保密的医疗记录，仅供患者及其诊疗人员使用。拾到本光盘者请交还：{what}。',
  onTheLabel: '标签上注明的机构', notForDiagnosis: '本光盘上的页面和程序不用于诊断；诊断请使用经认证的工作站。',
  teachingCopy: '教学副本', teachingNotice: '本光盘的图像已为教学和研究去标识化：姓名和编号均为化名，可识别个人身份的信息已被移除。',
};
