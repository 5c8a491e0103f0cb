/** Private attributes that are known to hold no identity: numbers and terms of the acquisition. */

export interface SafePrivateRow {
  readonly group: number;
  /** Value of the private creator element of its block. */
  readonly creator: string;
  /** Low byte of the element; the block gives the high one. */
  readonly element: number;
  readonly vr: string;
  readonly meaning: string;
  readonly source: string;
}

const E3 = 'PS3.15 Table E.3.10-1';

/** One row an attribute. Text and sequences of the Standard's list are left out: what they hold cannot be judged. @source PS3.15 Table E.3.10-1 */
export const SAFE_PRIVATE: readonly SafePrivateRow[] = [
  { group: 0x0019, creator: 'GEMS_ACQU_01', element: 0x23, vr: 'DS', meaning: 'Table Speed [mm/rotation]', source: E3 },
  { group: 0x0019, creator: 'GEMS_ACQU_01', element: 0x24, vr: 'DS', meaning: 'Mid Scan Time [sec]', source: E3 },
  { group: 0x0019, creator: 'GEMS_ACQU_01', element: 0x27, vr: 'DS', meaning: 'Rotation Speed (Gantry Period)', source: E3 },
  { group: 0x0019, creator: 'SIEMENS MR HEADER', element: 0x0c, vr: 'IS', meaning: 'B Value', source: E3 },
  { group: 0x0019, creator: 'SIEMENS MR HEADER', element: 0x0d, vr: 'CS', meaning: 'Diffusion Directionality', source: E3 },
  { group: 0x0019, creator: 'SIEMENS MR HEADER', element: 0x0e, vr: 'FD', meaning: 'Diffusion Gradient Direction', source: E3 },
  { group: 0x0019, creator: 'SIEMENS MR HEADER', element: 0x27, vr: 'FD', meaning: 'B Matrix', source: E3 },
  { group: 0x0043, creator: 'GEMS_PARM_01', element: 0x39, vr: 'IS', meaning: '1stvalue is B Value', source: E3 },
  { group: 0x0043, creator: 'GEMS_PARM_01', element: 0x6f, vr: 'DS', meaning: 'Scanner Table Entry + Gradient Coil Selected', source: E3 },
  { group: 0x0045, creator: 'GEMS_HELIOS_01', element: 0x02, vr: 'FL', meaning: 'Macro width at ISO Center', source: E3 },
  { group: 0x00e1, creator: 'ELSCINT1', element: 0x21, vr: 'DS', meaning: 'DLP', source: E3 },
  { group: 0x00e1, creator: 'ELSCINT1', element: 0x50, vr: 'DS', meaning: 'Acquisition Duration', source: E3 },
  { group: 0x01e1, creator: 'ELSCINT1', element: 0x26, vr: 'CS', meaning: 'Phantom Type', source: E3 },
  { group: 0x01f1, creator: 'ELSCINT1', element: 0x01, vr: 'CS', meaning: 'Acquisition Type', source: E3 },
  { group: 0x01f1, creator: 'ELSCINT1', element: 0x07, vr: 'DS', meaning: 'Table Velocity', source: E3 },
  { group: 0x01f1, creator: 'ELSCINT1', element: 0x26, vr: 'DS', meaning: 'Pitch', source: E3 },
  { group: 0x01f1, creator: 'ELSCINT1', element: 0x27, vr: 'DS', meaning: 'Rotation Time', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x01, vr: 'FL', meaning: 'MR Image Chemical Shift', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x02, vr: 'IS', meaning: 'MR Image Chemical Shift Number', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x03, vr: 'FL', meaning: 'MR Image Diffusion B-Factor', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x04, vr: 'CS', meaning: 'MR Image Diffusion Direction', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x06, vr: 'CS', meaning: 'MR Image Enhanced', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x07, vr: 'CS', meaning: 'MR Image Type Edes', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x08, vr: 'IS', meaning: 'MR Image Phase Number', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x09, vr: 'FL', meaning: 'MR Image Prepulse Delay', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x0a, vr: 'IS', meaning: 'Image Plane Number', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x0b, vr: 'CS', meaning: 'Image Plane Orientation', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x0c, vr: 'CS', meaning: 'MR Series Arrhythmia Rejection', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x0e, vr: 'CS', meaning: 'MR Series Cardiac Cycled', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x10, vr: 'CS', meaning: 'MR Series Cardiac Sync', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x11, vr: 'FL', meaning: 'MR Series Diffusion Echo Time', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x12, vr: 'CS', meaning: 'MR Series Dynamic Series', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x19, vr: 'CS', meaning: 'MR Series Partial Matrix Scanned', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x1a, vr: 'FL', meaning: 'MR Series Pc Velocity', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x1b, vr: 'FL', meaning: 'MR Series Prepulse Delay', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x1c, vr: 'CS', meaning: 'MR Series Prepulse Type', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x1d, vr: 'IS', meaning: 'MR Series Reconstruction Number', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x1e, vr: 'CS', meaning: 'MR Series Reformat Accuracy', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x1f, vr: 'CS', meaning: 'MR Series Respiration Sync', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x21, vr: 'CS', meaning: 'MR Series Sel Part Inversion Recovery', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x22, vr: 'FL', meaning: 'MR Series Water Fat Shift', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x23, vr: 'DS', meaning: 'MR Series Flip Angle', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x24, vr: 'CS', meaning: 'MR Series Is Interactive', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x26, vr: 'CS', meaning: 'Presentation State Subtraction Active', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x2d, vr: 'SS', meaning: 'Stack Number Of Slices', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x32, vr: 'FL', meaning: 'Stack Radial Angle', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x33, vr: 'CS', meaning: 'Stack Radial Axis', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x35, vr: 'SS', meaning: 'Stack Slice Number', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x36, vr: 'CS', meaning: 'Stack Type', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x46, vr: 'CS', meaning: 'Graphic Line Style', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x47, vr: 'FL', meaning: 'Graphic Line Width', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x48, vr: 'SS', meaning: 'Graphic Annotation Id', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x4b, vr: 'CS', meaning: 'Interpolation Method', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x4c, vr: 'CS', meaning: 'Poly Line Begin Point Style', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x4d, vr: 'CS', meaning: 'Poly Line End Point Style', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x4e, vr: 'CS', meaning: 'Window Smoothing Taste', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x55, vr: 'UL', meaning: 'Graphic Line Color', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x56, vr: 'CS', meaning: 'Graphic Type', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x61, vr: 'CS', meaning: 'Series Transmitted', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x62, vr: 'CS', meaning: 'Series Committed', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x63, vr: 'CS', meaning: 'Examination Source', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x77, vr: 'CS', meaning: 'Gl Trafo Type', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x7a, vr: 'FL', meaning: 'Window Rounding Factor', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x7b, vr: 'IS', meaning: 'MR Series Acquisition Number', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x81, vr: 'IS', meaning: 'MR Series Nr Of Dynamic Scans', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x82, vr: 'IS', meaning: 'MR Series Echo Train Length', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x83, vr: 'DS', meaning: 'MR Series Imaging Frequency', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x84, vr: 'DS', meaning: 'MR Series Inversion Time', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x85, vr: 'DS', meaning: 'MR Series Magnetic Field Strength', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x86, vr: 'IS', meaning: 'MR Series Nr Of Phase Encoding Steps', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x88, vr: 'DS', meaning: 'MR Series Number Of Averages', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x89, vr: 'DS', meaning: 'MR Series Percent Phase Field Of View', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x8a, vr: 'DS', meaning: 'MR Series Percent Sampling', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0x9f, vr: 'US', meaning: 'Pixel Processing Kernel Size', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0xa3, vr: 'UL', meaning: 'Text Color Foreground', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0xcb, vr: 'IS', meaning: 'Redundant Overlay Plane Id', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0xf1, vr: 'FL', meaning: 'MR Image Prospective Motion Correction', source: E3 },
  { group: 0x2001, creator: 'Philips Imaging DD 001', element: 0xf2, vr: 'FL', meaning: 'MR Image Retrospective Motion Correction', source: E3 },
  { group: 0x2005, creator: 'Philips MR Imaging DD 001', element: 0x0d, vr: 'FL', meaning: 'Scale Intercept', source: E3 },
  { group: 0x2005, creator: 'Philips MR Imaging DD 001', element: 0x0e, vr: 'FL', meaning: 'Scale Slope', source: E3 },
  { group: 0x7053, creator: 'Philips PET Private Group', element: 0x00, vr: 'DS', meaning: 'SUV Factor', source: E3 },
  { group: 0x7053, creator: 'Philips PET Private Group', element: 0x09, vr: 'DS', meaning: 'Activity Concentration Factor', source: E3 },
];

const keyOf = (group: number, creator: string, element: number): string => `${group} ${element} ${creator}`;
const byKey: ReadonlyMap<string, SafePrivateRow> = new Map(SAFE_PRIVATE.map((row) => [keyOf(row.group, row.creator, row.element), row]));

/** The row of a private attribute by its block's creator. @source PS3.5 7.8.1 */
export const safePrivate = (tag: number, creator: string): SafePrivateRow | undefined => byKey.get(keyOf(tag >>> 16, creator, tag & 0xff));
