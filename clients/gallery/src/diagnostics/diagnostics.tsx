export default function Diagnostics() {
  return <h1 className="font-serif text-5xl">Diagnostics</h1>;
}
