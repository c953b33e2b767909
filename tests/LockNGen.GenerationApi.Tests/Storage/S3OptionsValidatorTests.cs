using LockNGen.GenerationApi.Storage;

namespace LockNGen.GenerationApi.Tests.Storage;

public sealed class S3OptionsValidatorTests
{
    [Fact]
    public void Settings_WithoutABucket_AreThoseOfADirectory() => Problems(new S3Options { Bucket = "", Prefix = "?" }).ShouldBeEmpty();

    [Fact]
    public void Settings_ThatSayWhereTheBucketIs_AreTaken()
    {
        Problems(new S3Options { Bucket = "my-pictures", Region = "eu-central-1", Prefix = "lockngen/" }).ShouldBeEmpty();
        Problems(new S3Options { Bucket = "my.pictures", Endpoint = new Uri("http://minio:9000") }).ShouldBeEmpty();
    }

    [Fact]
    public void Settings_ThatCannotWork_AreAllNamed() =>
        Problems(new S3Options
        {
            Bucket = "My_Pictures",
            Endpoint = new Uri("minio:9000", UriKind.RelativeOrAbsolute),
            PublicEndpoint = new Uri("https://pictures.example.com/?a=b"),
            Prefix = "/x",
        }).Select(p => p.Split(' ')[0]).ShouldBe(["Storage__S3__Bucket", "Storage__S3__Endpoint", "Storage__S3__PublicEndpoint", "Storage__S3__Prefix"]);

    private static IEnumerable<string> Problems(S3Options options) => new S3OptionsValidator().Validate(null, options).Failures ?? [];
}
