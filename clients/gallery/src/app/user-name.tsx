import { useState } from 'react';
import { keepUserName, readUserName } from '../platform/identity';

/** The visitor's name: kept in this browser and sent with requests, so that operators know whose picture it is. */
export function UserNameField() {
  const [name, setName] = useState(() => readUserName(localStorage));
  return (
    <input
      aria-label="Your name"
      placeholder="Your name"
      maxLength={40}
      autoComplete="nickname"
      className="h-10 w-32 rounded-full border border-transparent bg-transparent px-3 text-sm text-ink placeholder:text-soft hover:border-line focus:border-edge sm:w-40"
      value={name}
      onChange={(event) => {
        setName(event.target.value);
        keepUserName(localStorage, event.target.value);
      }}
    />
  );
}
