// Right is yes, left is no, with a finger.

const enoughPx = 72;

/**
 * @param {HTMLElement} element
 * @param {(isYes: boolean) => void} onSwipe
 */
export function listenForSwipes(element, onSwipe) {
  /** @type {{x: number, y: number, id: number} | null} */
  let from = null;
  element.addEventListener('pointerdown', event => {
    from = event.pointerType === 'mouse' || !event.isPrimary
      ? null : { x: event.clientX, y: event.clientY, id: event.pointerId };
  });
  element.addEventListener('pointermove', event => {
    if (from?.id !== event.pointerId)
      return;
    const dx = move(event);
    element.classList.toggle('to-yes', dx > enoughPx / 2);
    element.classList.toggle('to-no', dx < -enoughPx / 2);
  });
  element.addEventListener('pointerup', event => {
    const dx = from?.id === event.pointerId ? move(event) : 0;
    end();
    if (Math.abs(dx) >= enoughPx)
      onSwipe(dx > 0);
  });
  element.addEventListener('pointercancel', end);

  /** How far it went sideways; 0 where it is rather a scroll. @param {PointerEvent} event */
  function move(event) {
    const start = /** @type {{x: number, y: number}} */ (from);
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    return Math.abs(dx) > 1.5 * Math.abs(dy) ? dx : 0;
  }

  function end() {
    from = null;
    element.classList.remove('to-yes', 'to-no');
  }
}
