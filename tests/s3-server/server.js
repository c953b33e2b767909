// s3rver, which ends with whoever started it: node server.js FOLDER PORT
const S3rver = require("s3rver");

const [directory, port] = process.argv.slice(2);
process.stdin.on("end", () => process.exit()).resume();
new S3rver({ directory, port: Number(port), address: "127.0.0.1", silent: true }).run().then(
  () => console.log("s3rver listens"),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
