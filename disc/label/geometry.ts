/**
 * Lengths on a round label, in mm from the top left corner of its square; y grows downwards.
 */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Span {
  readonly left: number;
  readonly right: number;
}

/**
 * Returns the span inside a circle over the whole height from top to bottom: the shorter of the two chords.
 * The span has no width when one of the chords does not exist.
 */
export const chordSpan = (circle: { readonly centre: number; readonly radius: number }, top: number, bottom: number): Span => {
  const distance = Math.max(Math.abs(top - circle.centre), Math.abs(bottom - circle.centre));
  const half = Math.sqrt(Math.max(0, circle.radius ** 2 - distance ** 2));
  return { left: circle.centre - half, right: circle.centre + half };
};

/** Largest distance of a corner of the rectangle from a point. */
export const farthestCorner = (rect: Rect, centre: number): number =>
  Math.hypot(Math.max(Math.abs(rect.left - centre), Math.abs(rect.right - centre)), Math.max(Math.abs(rect.top - centre), Math.abs(rect.bottom - centre)));

/** Smallest distance of the rectangle from a point; zero when the point lies inside. */
export const nearestEdge = (rect: Rect, centre: number): number =>
  Math.hypot(Math.max(0, rect.left - centre, centre - rect.right), Math.max(0, rect.top - centre, centre - rect.bottom));

/** True when the two rectangles share some area. */
export const overlaps = (a: Rect, b: Rect): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
