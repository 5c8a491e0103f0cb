/**
 * The whole label as placed boxes, before anything is drawn: the form in which its rules can be checked.
 */
import { allTexts, type LabelContent } from './label-content.ts';
import { layImprintZone } from './imprint-zone.ts';
import type { LabelTemplate } from './label-template.ts';
import { joinZones, type Page, type Zone } from './page.ts';
import { layPatientZone } from './patient-zone.ts';
import { createShaper, hanStyleOf } from './shape-text.ts';
import { laySideZones } from './side-zones.ts';
import { layStudiesZone } from './studies-zone.ts';

export interface LayOutOptions {
  readonly template: LabelTemplate;
  /** Side of one printer dot in mm. */
  readonly dotMm: number;
  /** IANA name; without it the zone of the host. */
  readonly timeZone?: string | undefined;
}

/**
 * Places everything a label says. Boxes do not overlap and stay between hub and text diameter.
 * @throws {ApplianceError} DISC_LABEL_FAILED when an installed font is unreadable or the serial does not fit its Data Matrix
 */
export const layOutLabel = (content: LabelContent, options: LayOutOptions): Zone => {
  const page: Page = {
    content, template: options.template, dotMm: options.dotMm, timeZone: options.timeZone,
    shaper: createShaper(hanStyleOf(allTexts(content))),
  };
  return joinZones([layPatientZone(page), ...laySideZones(page), layStudiesZone(page), layImprintZone(page)]);
};
