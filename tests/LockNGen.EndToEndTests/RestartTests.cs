namespace LockNGen.EndToEndTests;

/// <summary>Ctrl-C in the middle, and <c>./run</c> again: accepted work continues. In its own collection, because it stops the product.</summary>
[Collection("takes the product down")]
public sealed class RestartTests(Browser browser)
{
    [Fact]
    public async Task Product_RestartedInMidRun_FinishesWhatItHadAcceptedBeforeTheVisitorsEyes()
    {
        await using var product = new RunningProduct();
        await product.InitializeAsync();
        var gallery = new GalleryPage(await browser.NewVisitorAsync());
        await gallery.OpenAsync(product.Url);
        await gallery.GenerateAsync("a harbour in winter", count: 4);
        await gallery.SeeProgressAsync("a harbour in winter");

        await product.RestartAsync();

        await gallery.ConnectedAsync();
        await gallery.SeePicturesAsync("a harbour in winter", 4);
    }
}
