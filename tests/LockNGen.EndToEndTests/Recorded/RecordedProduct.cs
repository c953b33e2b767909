namespace LockNGen.EndToEndTests.Recorded;

/// <summary>The product on a ComfyUI that plays recordings.</summary>
public sealed class RecordedProduct : IAsyncLifetime
{
    public RecordedComfyUi ComfyUi { get; private set; } = null!;

    public RunningProduct Product { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ComfyUi = await RecordedComfyUi.StartAsync();
        Product = new RunningProduct { ComfyUi = ComfyUi.Url };
        await Product.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Product.DisposeAsync();
        await ComfyUi.DisposeAsync();
    }
}
