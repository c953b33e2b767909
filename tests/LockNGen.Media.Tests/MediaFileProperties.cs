using FsCheck;
using FsCheck.Fluent;

namespace LockNGen.Media.Tests;

/// <summary>For any file and any damage to it.</summary>
public sealed class MediaFileProperties
{
    private static readonly string[] Names = [.. Fixture.Names];

    private static Gen<byte[]> DamagedFiles =>
        from name in Gen.Elements(Names)
        from length in Gen.Choose(0, 4000)
        from damage in Gen.ListOf(from at in Gen.Choose(0, 400) from value in Gen.Choose(0, 255) select (at, value))
        select Damage(Fixture.Read(name), length, damage);

    [Fact]
    public void Recognition_OfDamagedFiles_NeverThrows() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(DamagedFiles.ToArbitrary(), file =>
        {
            var info = MediaFile.ReadAsync(new MemoryStream(file), CancellationToken.None).GetAwaiter().GetResult();
            return info.Width >= 0 && info.Height >= 0 && info.DurationSeconds is null or > 0;
        }));

    private static byte[] Damage(byte[] file, int length, IEnumerable<(int At, int Value)> damage)
    {
        var damaged = file[..Math.Min(length, file.Length)];
        foreach (var (at, value) in damage.Where(d => d.At < damaged.Length))
            damaged[at] = (byte)value;
        return damaged;
    }
}
