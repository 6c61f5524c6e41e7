/// The cards that are compiled into the library (`Models/Cards`); a test compares this list with the folder.
enum BundledCards {
    static let all: [[UInt8]] = [
        PackageResources.dlib_resnet29_int8_json,
        PackageResources.dlib_resnet29_json,
        PackageResources.haar_frontalface_json,
        PackageResources.mobilefacenet_foamliu_json,
        PackageResources.mobilefacenet_y1_json,
        PackageResources.mtcnn_onet_json,
        PackageResources.mtcnn_pnet_json,
        PackageResources.mtcnn_rnet_json,
        PackageResources.scrfd_2_5g_kps_json,
        PackageResources.scrfd_500m_kps_json,
        PackageResources.sface_2021dec_json,
        PackageResources.ultraface_rfb_320_json,
        PackageResources.yunet_2023mar_json,
        PackageResources.yunet_n_dynamic_json,
        PackageResources.yunet_s_dynamic_json,
    ]
}
