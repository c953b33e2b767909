using LockNGen.FaultTests;

if (RunOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(RunOptions.Usage);
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // So that the processes of the rig are ended, too.
    e.Cancel = true;
    interrupted.Cancel();
};
try
{
    return await FaultRun.RunAsync(options, interrupted.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return 130;
}
