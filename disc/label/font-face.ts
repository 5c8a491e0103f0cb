/**
 * One parsed font file: which characters it holds, its glyph outlines, and shaping of one run.
 * Owns the shaping engine; knows nothing of lines, colours or sizes: all lengths are in em.
 */
import { Blob, Buffer as ShapingBuffer, Direction, Face, Font, shape } from 'harfbuzzjs';

/** One outline command with its coordinates in em, y upwards. */
export interface OutlineCommand {
  readonly letter: string;
  readonly values: readonly number[];
}

export interface GlyphOutline {
  readonly commands: readonly OutlineCommand[];
  /** Extent of the ink in em, y upwards; all zero for a blank glyph. */
  readonly ink: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

export interface RunGlyph {
  readonly glyphId: number;
  readonly advance: number;
  readonly xOffset: number;
  readonly yOffset: number;
}

export interface RunOfText {
  readonly text: string;
  /** Range of the run in UTF-16 units; the text around it is context for joining scripts. */
  readonly start: number;
  readonly length: number;
  readonly isRightToLeft: boolean;
}

export interface FontFace {
  readonly id: string;
  has(codePoint: number): boolean;
  outline(glyphId: number): GlyphOutline;
  shapeRun(run: RunOfText): readonly RunGlyph[];
}

const COMMAND = /([MLQCZ])([^MLQCZ]*)/g;

const parseOutline = (path: string, unitsPerEm: number): OutlineCommand[] =>
  [...path.matchAll(COMMAND)].map(([, letter = 'Z', values = '']) => ({
    letter,
    values: (values.match(/-?[\d.]+/g) ?? []).map((value) => Number(value) / unitsPerEm),
  }));

/**
 * Parses an sfnt font.
 * @param language BCP 47 tag that fixes the choice among regional glyph forms, whatever the host's locale is
 */
export const openFontFace = (id: string, sfnt: Uint8Array, language: string): FontFace => {
  const face = new Face(new Blob(sfnt), 0);
  const font = new Font(face);
  const buffer = new ShapingBuffer();
  const codePoints = new Set(face.collectUnicodes());
  const outlines = new Map<number, GlyphOutline>();
  const em = (units: number): number => units / face.upem;
  return {
    id,
    has: (codePoint) => codePoints.has(codePoint),
    outline: (glyphId) => {
      const known = outlines.get(glyphId);
      if (known !== undefined) return known;
      const extents = font.glyphExtents(glyphId) ?? { xBearing: 0, yBearing: 0, width: 0, height: 0 };
      const made: GlyphOutline = {
        commands: parseOutline(font.glyphToPath(glyphId), face.upem),
        ink: {
          left: em(extents.xBearing), right: em(extents.xBearing + extents.width),
          top: em(extents.yBearing), bottom: em(extents.yBearing + extents.height),
        },
      };
      outlines.set(glyphId, made);
      return made;
    },
    shapeRun: ({ text, start, length, isRightToLeft }) => {
      buffer.reset();
      buffer.addText(text, start, length);
      buffer.setDirection(isRightToLeft ? Direction.RTL : Direction.LTR);
      buffer.setLanguage(language);
      buffer.guessSegmentProperties();
      shape(font, buffer);
      const positions = buffer.getGlyphPositions();
      return buffer.getGlyphInfos().map((info, i) => ({
        glyphId: info.codepoint,
        advance: em(positions[i]?.xAdvance ?? 0),
        xOffset: em(positions[i]?.xOffset ?? 0),
        yOffset: em(positions[i]?.yOffset ?? 0),
      }));
    },
  };
};
