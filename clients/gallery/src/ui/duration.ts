/** "about 42 s": an estimate pretends to no tenths. */
export function about(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return `about ${whole < 60 ? `${whole} s` : duration(whole)}`;
}

/** "12.3 s", "2 min 5 s": as exact as people want it. */
export function duration(seconds: number): string {
  if (seconds < 60) {
    return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
