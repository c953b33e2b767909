/** "about 42 s": an estimate has no tenths. */
export function about(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return `about ${whole < 60 ? `${whole} s` : duration(whole)}`;
}

/** "12.3 s", "2 min 5 s": as exact as is useful. */
export function duration(seconds: number): string {
  if (seconds < 59.5) {
    return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  }
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
