/**
 * Renders the label of one disc as a PNG picture, the same bytes for the same content.
 * Needs no font of the host. Never prints: what a robot takes is its driver's business.
 */
import { renderAsync } from '@resvg/resvg-js';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import type { LabelContent } from './label-content.ts';
import { layOutLabel } from './lay-out-label.ts';
import { labelSvg } from './label-svg.ts';
import { LABEL_TEMPLATES, type LabelTemplate } from './label-template.ts';
import { withResolution } from './png-resolution.ts';

export type { LabelContent, LabelPatient, LabelStudy } from './label-content.ts';
export { DEFAULT_LABEL_TEMPLATE, LABEL_TEMPLATES, type LabelTemplate } from './label-template.ts';

export interface RenderLabelOptions {
  /** Dots per inch, 50 to 1200. */
  readonly dpi: number;
  /** Name in LABEL_TEMPLATES; without it 'hub-23'. */
  readonly template?: string;
  /** IANA name of the zone whose calendar day is the creation date; without it the zone of the host. */
  readonly timeZone?: string;
}

export interface RenderedLabel {
  readonly png: Buffer;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Characters that no installed font holds, each drawn as an empty box. */
  readonly missingGlyphs: number;
  /** Fields that had to be shortened, e.g. "studies.description". */
  readonly truncated: readonly string[];
  readonly svg: string;
}

const DEFAULT_TEMPLATE = 'hub-23';
const [MIN_DPI, MAX_DPI] = [50, 1200];
const MM_PER_INCH = 25.4;

const templateNamed = (name: string): LabelTemplate => {
  const template = Object.entries(LABEL_TEMPLATES).find(([known]) => known === name)?.[1];
  if (template === undefined) throw new ApplianceError('DISC_LABEL_FAILED', 'there is no label template of this name', { details: { known: Object.keys(LABEL_TEMPLATES) } });
  return template;
};

/**
 * Renders the label of one disc. Hole, hub and the rim outside of the printable ring stay white.
 * @throws {ApplianceError} DISC_LABEL_FAILED when the template or a font is missing, the serial does not fit, or drawing fails
 * @throws {RangeError} when dpi is out of range
 * @source IHE RAD TF-3 4.47 (label: patient name, creation date, institution, kind of content)
 */
export const renderLabel = async (content: LabelContent, options: RenderLabelOptions): Promise<RenderedLabel> => {
  const { dpi, timeZone } = options;
  if (!(dpi >= MIN_DPI && dpi <= MAX_DPI)) throw new RangeError(`dpi must be ${MIN_DPI} to ${MAX_DPI}`);
  const template = templateNamed(options.template ?? DEFAULT_TEMPLATE);
  const widthPx = Math.round((template.outerDiameterMm / MM_PER_INCH) * dpi);
  try {
    const layout = layOutLabel(content, { template, dotMm: template.outerDiameterMm / widthPx, timeZone });
    const svg = labelSvg(layout, template, { widthPx, isSupplement: content.supplement });
    const picture = await renderAsync(svg, { font: { loadSystemFonts: false }, fitTo: { mode: 'width', value: widthPx }, logLevel: 'off' });
    return {
      png: withResolution(picture.asPng(), dpi), widthPx: picture.width, heightPx: picture.height, svg,
      missingGlyphs: layout.lines.reduce((sum, line) => sum + line.shaped.missingGlyphs, 0), truncated: layout.truncated,
    };
  } catch (cause) {
    throw isApplianceError(cause) ? cause : new ApplianceError('DISC_LABEL_FAILED', 'the label could not be drawn', { cause });
  }
};
