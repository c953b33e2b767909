using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace LockNGen.Web.Paging;

/// <summary>
/// The cursor of lists that go newest first: the number of the last row shown, so rows that are added meanwhile move nothing. Clients return it unread.
/// </summary>
public static class PageCursor
{
    /// <summary>The cursor of the page that follows the row with this number.</summary>
    public static string After(long number) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Reads one; false when it is not one of <see cref="After"/>.</summary>
    public static bool TryRead(string cursor, out long number)
    {
        number = 0;
        return Base64Url.IsValid(cursor) && long.TryParse(Base64Url.DecodeFromChars(cursor), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
