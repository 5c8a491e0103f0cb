/**
 * The measures, sizes and colours of labels, in mm, as data. Zones are bands across the disc;
 * the side zones lie left and right of the hub.
 */
export interface Band {
  readonly top: number;
  readonly bottom: number;
}

export interface SizeRange {
  readonly maxMm: number;
  readonly minMm: number;
  readonly maxLines: number;
  readonly wrapMm?: number;
}

export interface LabelTemplate {
  /** Side of the square picture: the diameter of the disc. */
  readonly outerDiameterMm: number;
  /** Nothing is printed outside of this diameter. */
  readonly printableDiameterMm: number;
  /** Nothing is printed inside of this diameter. */
  readonly hubDiameterMm: number;
  /** Text and Data Matrix stay inside of this diameter. */
  readonly textDiameterMm: number;
  /** Text stays this far from the hub. */
  readonly hubMarginMm: number;
  readonly zones: {
    readonly institution: Band;
    readonly patient: Band;
    readonly sides: Band;
    readonly studies: Band;
    readonly imprint: Band;
  };
  readonly sizes: {
    readonly institution: SizeRange;
    readonly name: SizeRange;
    readonly ideographic: SizeRange;
    readonly identity: SizeRange;
    readonly study: SizeRange;
    readonly comment: SizeRange;
  };
  readonly colours: {
    readonly text: string;
    readonly quiet: string;
    readonly accent: string;
    readonly supplement: string;
  };
  /** Data Matrix: smallest and wanted side of a module, and the side of its square with quiet zone. */
  readonly matrix: { readonly minModuleMm: number; readonly moduleMm: number; readonly areaMm: number };
}

const SIZES = {
  institution: { maxMm: 3.7, minMm: 2.3, maxLines: 3 },
  name: { maxMm: 8.4, wrapMm: 5, minMm: 3.8, maxLines: 3 },
  ideographic: { maxMm: 6, minMm: 3.2, maxLines: 1 },
  identity: { maxMm: 4.1, minMm: 2.4, maxLines: 1 },
  study: { maxMm: 3.6, minMm: 2.4, maxLines: 3 },
  comment: { maxMm: 2.8, minMm: 2.2, maxLines: 2 },
} as const;

const MATRIX = { minModuleMm: 0.35, moduleMm: 0.6, areaMm: 12.5 } as const;

/** For media printable up to the hole: hub 23 mm. */
export const DEFAULT_LABEL_TEMPLATE: LabelTemplate = {
  outerDiameterMm: 120,
  printableDiameterMm: 118,
  hubDiameterMm: 23,
  textDiameterMm: 111,
  hubMarginMm: 2,
  zones: {
    institution: { top: 8.2, bottom: 16.6 },
    patient: { top: 18, bottom: 45 },
    sides: { top: 47, bottom: 73 },
    studies: { top: 75.8, bottom: 97 },
    imprint: { top: 98, bottom: 110.5 },
  },
  sizes: SIZES,
  colours: { text: '#16202a', quiet: '#5c6873', accent: '#0b5a87', supplement: '#b4430a' },
  matrix: MATRIX,
};

/** For media with a printable ring only: hub 36 mm. */
const RING_TEMPLATE: LabelTemplate = {
  ...DEFAULT_LABEL_TEMPLATE,
  hubDiameterMm: 36,
  zones: {
    institution: { top: 8.2, bottom: 14.2 },
    patient: { top: 15.6, bottom: 39.5 },
    sides: { top: 43, bottom: 77 },
    studies: { top: 80.5, bottom: 97.5 },
    imprint: { top: 98, bottom: 110.5 },
  },
};

const BLACK = { text: '#000000', quiet: '#000000', accent: '#000000', supplement: '#000000' } as const;

/** Templates by name; the black ones are for thermal printers. */
export const LABEL_TEMPLATES = {
  'hub-23': DEFAULT_LABEL_TEMPLATE,
  'hub-36': RING_TEMPLATE,
  'hub-23-black': { ...DEFAULT_LABEL_TEMPLATE, colours: BLACK },
  'hub-36-black': { ...RING_TEMPLATE, colours: BLACK },
} as const satisfies Record<string, LabelTemplate>;
