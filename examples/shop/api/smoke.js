// Runs beside the release, in its network: does api answer to whom it should, and only to them?
const ask = (headers) => fetch('http://api:5000/offer', { headers }).then((answer) => answer.status);

async function smoke() {
  const [known, unknown] = [await ask({ authorization: `Bearer ${process.env.API_TOKEN}` }), await ask({})];
  console.log(`with the token: ${known}, without: ${unknown}`);
  if (known !== 200 || unknown !== 401) process.exit(1);
}

void smoke();
