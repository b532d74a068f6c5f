/** The context of a canvas whose pixels are the screen's, with coordinates in CSS pixels; null while there is nothing to draw on. */
export function sharpContext(canvas: HTMLCanvasElement | null, width: number, height: number): CanvasRenderingContext2D | null {
  const context = canvas?.getContext('2d') ?? null;
  if (canvas === null || context === null || width === 0) return null;
  const scale = window.devicePixelRatio > 0 ? window.devicePixelRatio : 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}
